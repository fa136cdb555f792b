"""Law cases of hiding: what a clerk of the accused unit can find out, through any door (Art.30)."""

import json

import pytest
from casework import another, at_office, badge, brought, done, fields_of, refused, tried, units
from coordination_desk import Desk

from shared.testing import emitted

LETTER = {
    "title": "物业乱收费，另举报科长孙某",
    "content": "小区物业多收停车费，请退还。另举报住建局科长孙某收受物业财物。",
}
REST = {"rest_title": "物业乱收费", "rest_text": "小区物业多收停车费，请退还。"}
ACCUSED = {"purpose": "accusation", "title": "举报孙某", "content": "科长孙某收受物业财物",
           "accused_units": ["housing"], "accused_accounts": ["sun"]}  # fmt: skip
CLAIM = {"purpose": "petition", "title": "路灯不亮", "content": "路口的灯坏了。"}
WORDS = ("举报", "孙某", "财物")


@pytest.fixture
def office(bench):
    found = units(bench)
    at_office(found, "2026-03-02 10:00")
    return found


def accusation(office, unit=None, **kept_out):
    case = office.opened(purpose="accusation", secret=True)
    if kept_out:
        case = done(office, case, "protect", by="leader", **({"accused_units": []} | kept_out))
    return done(office, case, "forward", by="dispatcher", unit=unit) if unit else case


def everything(office, case, who):
    """All that somebody reads of a case and of the lists in which it may stand."""
    token, path = badge(office, who), f"/v1/cases/{case['case_id']}"
    asked = ("", "/steps", "/guide", "/documents", "/similar-answers")
    paths = [*(path + more for more in asked), "/v1/cases?limit=200", "/v1/my-work?reason=accept",
             f"/v1/cases?split_from={case['case_id']}", "/v1/cases/export?format=csv"]  # fmt: skip
    return "".join(office.get(one, token=token).text for one in paths)


def split(office, case, *parts, **more):
    body = REST | {"parts": list(parts), "reason": "检举部分另行转送"} | more
    return tried(office, case, "split", by="dispatcher", **body)


# Issue: an accusation part with its pages goes to the secret lane and leaves no trace.
@pytest.mark.parametrize("parts", [[ACCUSED], [ACCUSED, CLAIM]], ids=["alone", "with a claim"])
def test_what_an_accusation_was_split_off_tells_the_accused_unit_nothing(office, parts):
    case = office.opened(**LETTER)
    assert split(office, case, *parts).status_code == 200
    case = done(office, case, "forward", by="dispatcher", unit="housing")
    seen = everything(office, case, "handler@housing")
    assert REST["rest_text"] in seen
    assert not [word for word in WORDS if word in seen]
    told = [e for e in emitted(office.app) if e["subject"] == case["case_id"]]
    assert not [word for word in WORDS if word in json.dumps(told, ensure_ascii=False)]


@pytest.mark.parametrize(
    ("rest", "wrong"),
    [
        ({"rest_title": None, "rest_text": None}, {"rest_title", "rest_text"}),
        ({"rest_text": None}, {"rest_text"}),
        ({"rest_text": LETTER["content"] + "科长孙某收受物业财物。"}, {"rest_text"}),
    ],
)
def test_an_accusation_is_not_split_off_while_the_rest_still_tells_of_it(office, rest, wrong):
    case = office.opened(**LETTER)
    answer = split(office, case, ACCUSED, **rest)
    assert (answer.status_code, fields_of(answer)) == (422, wrong)
    assert answer.json["basis"] == "T22 Arts.30(3), 46(五)"
    assert len(office.get("/v1/cases", "leader").json["items"]) == 1
    assert split(office, case, CLAIM, rest_title=None, rest_text=None).status_code == 200


def test_the_numbers_of_what_was_split_off_have_no_gap_between_the_open_parts(office):
    case = office.opened(**LETTER)
    assert split(office, case, ACCUSED, CLAIM, ACCUSED, CLAIM).status_code == 200
    items = office.get("/v1/cases?limit=200", "leader").json["items"]
    known = sorted((item["case_no"], item["secret"]) for item in items)
    assert [secret for _, secret in known] == [False, False, False, True, True]


# Steps that the unit is not told of leave no hole in what it counts.
@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("protect", {"accused_units": ["transport"], "accused_accounts": ["sun"]}),
        ("protect", {"accused_units": [], "accused_accounts": ["sun"]}),
    ],
)
def test_a_hidden_step_changes_neither_version_nor_answer_for_the_unit(office, action, body):
    case = brought(office, "forwarded")
    path, token = f"/v1/cases/{case['case_id']}", badge(office, "handler")
    before = [(office.get(path + more, token=token).text) for more in ("", "/steps", "/guide")]
    etag = office.get(path, token=token).headers.get("ETag")
    done(office, case, action, by="leader", **body)
    after = [(office.get(path + more, token=token).text) for more in ("", "/steps", "/guide")]
    assert (after, office.get(path, token=token).headers.get("ETag")) == (before, etag)
    assert done(office, case, "accept", by="handler")["version"] == case["version"] + 1


def test_a_hidden_step_that_takes_the_case_from_its_handler_shows(office):
    case = done(office, brought(office, "accepted"), "give", by="unit_head", handler="sun")
    after = done(office, case, "protect", by="leader", accused_accounts=["sun"])
    assert (after["handler"], after["version"]) == (None, case["version"] + 1)


# T22 Arts.28(3), 30(3): kept out of one, kept out of the whole.
@pytest.mark.parametrize("how", ["accused", "recused"])
def test_who_is_kept_out_stays_out_of_what_the_case_is_merged_into(office, how):
    if how == "accused":
        one = accusation(office, accused_accounts=["sun"])
        whole = accusation(office, unit="discipline")
        who, action = "sun=handler@discipline", "join"
    else:
        one = done(office, brought(office, "handling"), "recuse", by="unit_head", account="sun")
        whole = done(office, brought(office, "handling"), "give", by="unit_head", handler="sun")
        who, action = "sun=handler", "merge"
    path = f"/v1/cases/{whole['case_id']}"
    assert office.get(path, token=badge(office, who)).status_code == 200
    done(office, one, action, by="dispatcher", into=whole["case_id"])
    assert office.get(path, token=badge(office, who)).status_code == 404
    assert office.case(whole["case_id"])["handler"] is None


def test_a_case_does_not_go_on_in_the_hands_of_whom_it_accuses(office):
    whole = accusation(office, unit="discipline")
    one = accusation(office, accused_units=["discipline"])
    answer = tried(office, one, "join", by="dispatcher", into=whole["case_id"])
    assert (refused(answer), fields_of(answer)) == ((409, "accused_unit"), {"into"})
    assert office.case(one["case_id"])["state"] == "registered"


def test_a_hidden_case_is_as_one_that_is_not_there_wherever_it_is_named(office):
    hidden = accusation(office, accused_units=["transport"])
    mine = another(office, addressee="transport")
    for action, field in (("join", "into"), ("decline", "previous_case")):
        answers = [
            tried(office, mine, action, by="handler", ground="N2", lower_body=None, **{field: one})
            if action == "decline"
            else tried(office, mine, action, by="handler", **{field: one})
            for one in (hidden["case_id"], "00000000-0000-4000-8000-000000000000")
        ]
        first, second = ({k: v for k, v in a.json.items() if k != "request_id"} for a in answers)
        assert first == second
        assert answers[0].status_code == answers[1].status_code == 409
    for action in ("accept", "forward", "object", "hand_over", "reply", "part_answer"):
        there = tried(office, hidden, action, by="handler").status_code
        assert there in (403, 404), action


# T22 Arts.28(3), 46(五): coordination is no way round.
def test_what_was_set_on_a_case_is_hidden_with_it_when_it_becomes_secret(office):
    desk, case = Desk(office), brought(office, "handling")
    meeting = desk.call(case["case_id"], units=["transport", "housing"])
    task = desk.task(unit="housing", case_ids=[case["case_id"]])
    paths = [f"/v1/meetings/{meeting['id']}", f"/v1/tasks/{task['id']}"]
    token = badge(office, "handler@housing")
    assert [office.get(path, token=token).status_code for path in paths] == [200, 200]
    done(office, case, "keep_secret", by="leader")
    assert [office.get(path, token=token).status_code for path in paths] == [404, 404]
    assert [office.get(path, "leader").status_code for path in paths] == [200, 200]
    for path in ("/v1/meetings", "/v1/tasks"):
        assert office.get(path, token=token).json["items"] == []


def test_who_is_recused_reads_the_case_through_no_task_of_the_unit(office):
    desk, case = Desk(office), brought(office, "handling")
    case = done(office, case, "recuse", by="unit_head", account="sun")
    task = desk.task(case_ids=[case["case_id"]])
    path = f"/v1/tasks/{task['id']}/cases"
    assert office.get(path, token=badge(office, "sun=handler")).json["items"] == []
    assert len(office.get(path, token=badge(office, "handler")).json["items"]) == 1
