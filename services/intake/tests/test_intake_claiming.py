"""Claim check: an identity for a paper, with the right of who draws it up, written down."""

import json
import uuid

import pytest

from shared.testing import emitted, hear

PERSON = {
    "name": "欧阳晓峰",
    "phone": "13907312345",
    "id_number": "11010119900307123X",
    "address": "长沙市岳麓区麓山南路9号",
    "email": "ouyang@example.cn",
}
PAPER = str(uuid.uuid4())

on_both_databases = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)


def claim(desk, petition_id, *roles, token=None, **changes):
    body = {"purpose": "paper", "document_id": PAPER} | changes
    return desk.post(f"/v1/petitions/{petition_id}/identity", *roles, token=token, json=body)


@pytest.fixture
def petition_id(desk):
    return desk.registered(petitioner=PERSON)["petition_id"]


@on_both_databases
def test_a_paper_is_told_what_it_needs_and_no_more(desk, petition_id):
    told = claim(desk, petition_id, "dispatcher")
    assert told.json == {
        "petition_id": petition_id,
        "petitioner": {n: PERSON[n] for n in ("name", "phone", "address", "email")},
    }
    assert PERSON["id_number"] not in told.text


@on_both_databases
def test_each_look_says_who_and_for_which_paper(desk, petition_id):
    claim(desk, petition_id, "dispatcher")
    desk.app.clock.advance(seconds=1)
    stranger = desk.unit_token("handler", unit="housing")
    assert claim(desk, petition_id, token=stranger).status_code == 404
    assert [(w.who, w.unmasked, w.purpose, w.document_id, w.refused) for w in desk.looks()] == [
        ("dispatcher", True, "paper", PAPER, False),
        ("handler", False, "paper", PAPER, True),
    ]


def test_whoever_is_unknown_is_nobody(desk):
    petition_id = desk.registered()["petition_id"]
    assert claim(desk, petition_id, "dispatcher").json["petitioner"] is None
    petition_id = desk.registered(petitioner={"phone": PERSON["phone"]})["petition_id"]
    known = claim(desk, petition_id, "dispatcher").json["petitioner"]
    assert known == {"name": None, "phone": PERSON["phone"], "address": None, "email": None}


@pytest.mark.parametrize("role", ["auditor", "admin", "importer", "partner", "channel:web"])
def test_whoever_draws_up_no_papers_is_told_nothing(desk, petition_id, role):
    assert claim(desk, petition_id, role).status_code == 403
    assert desk.looks() == []


@pytest.mark.parametrize(
    "change",
    [{"purpose": "curiosity"}, {"purpose": None}, {"document_id": ""}, {"document_id": "x" * 37},
     {"everything": True}],
)  # fmt: skip
def test_without_a_named_purpose_and_a_paper_nothing_is_told(desk, petition_id, change):
    assert claim(desk, petition_id, "dispatcher", **change).status_code == 422
    assert desk.looks() == []


def test_a_unit_is_told_of_its_own_cases_only(desk, petition_id, story):
    theirs, others = desk.unit_token("handler"), desk.unit_token("handler", unit="housing")
    assert claim(desk, petition_id, token=theirs).status_code == 404
    hear(desk.app, story(petition_id).then("forwarded"))
    assert claim(desk, petition_id, token=theirs).json["petitioner"]["name"] == PERSON["name"]
    assert claim(desk, petition_id, token=others).status_code == 404


@pytest.mark.parametrize(("role", "status"), [("registrar", 404), ("dispatcher", 200)])
def test_the_secret_lane_is_told_to_those_who_decide_on_it(desk, role, status):
    petition_id = desk.registered(purpose="accusation", petitioner=PERSON)["petition_id"]
    assert claim(desk, petition_id, role).status_code == status


def test_in_the_secret_lane_a_helping_unit_is_told_nothing(desk, story):
    petition_id = desk.registered(purpose="accusation", petitioner=PERSON)["petition_id"]
    hear(desk.app, story(petition_id, unit="discipline").then("forwarded", co_units=["transport"]))
    assert claim(desk, petition_id, token=desk.unit_token("handler")).status_code == 404
    told = claim(desk, petition_id, token=desk.unit_token("handler", unit="discipline"))
    assert told.status_code == 200


def test_a_claim_leaves_no_trace_in_events_and_logs(desk, petition_id, caplog):
    claim(desk, petition_id, "dispatcher")
    told = json.dumps(emitted(desk.app), ensure_ascii=False) + caplog.text
    told += str([record.__dict__ for record in caplog.records])
    assert not [value for value in PERSON.values() if value in told]
