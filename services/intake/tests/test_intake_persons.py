"""Persons across channels: found by their numbers, by those who may know, and written down."""

import pytest

from intake import models
from intake.domain.persons import check_digit, normal_id_number, normal_phone
from shared.testing import hear, mark

PHONE = "13907312345"
PERSON = {"name": "欧阳晓峰", "phone": PHONE, "id_number": "110101199003071233"}
LATER = {"name": "欧阳晓峰", "phone": "+86 139-0731-2345"}

on_both_databases = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)


@pytest.fixture
def petitions(desk):
    """Two petitions of one person by two channels, and one of somebody else."""
    first = desk.registered(channel="visit", petitioner=PERSON)["petition_id"]
    desk.app.clock.advance(seconds=1)
    second = desk.registered(channel="hotline", petitioner=LATER)["petition_id"]
    desk.registered(petitioner={"name": "赵丽", "phone": "13807310000"})
    return first, second


def search(desk, *roles, token=None, **body):
    return desk.post(
        "/v1/persons/search", *roles, token=token, json={"purpose": "来电核对", **body}
    )


def history(desk, petition_id, *roles, token=None, query=""):
    return desk.get(f"/v1/petitions/{petition_id}/history{query}", *roles, token=token)


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [item["petition_id"] for item in answer.json["items"]]


@pytest.mark.parametrize(
    "written",
    [PHONE, "139-0731-2345", "+86 139 0731 2345", "8613907312345", "0086-13907312345",
     "(86)13907312345", "１３９０７３１２３４５", "+８６ １３９ ０７３１ ２３４５"],
)  # fmt: skip
def test_a_mobile_number_has_one_form_however_it_is_written(written):
    assert normal_phone(written) == PHONE


@pytest.mark.parametrize(
    ("written", "normal"),
    [("0731-88888888", "073188888888"), ("+86 731 8888 8888", "073188888888"),
     ("（0731）8888 8888", "073188888888"), ("+44 20 7946 0958", "442079460958"),
     ("88-88", "8888"), ("0" * 30, "0" * 30)],
)  # fmt: skip
def test_other_numbers_have_one_form_too(written, normal):
    assert normal_phone(written) == normal


@pytest.mark.parametrize(
    ("written", "normal"),
    [("11010519491231002x", "11010519491231002X"),
     ("１１０１０５ １９４９１２３１ ００２Ｘ", "11010519491231002X"),
     ("110105491231002", "11010519491231002X"), ("G1234567(8)", "G12345678"),
     ("110101199003071234", "110101199003071234")],
)  # fmt: skip
def test_an_id_number_has_one_form_old_ones_that_of_today(written, normal):
    assert normal_id_number(written) == normal


def test_the_check_digit_is_that_of_the_standards_own_example():
    assert check_digit("11010519491231002") == "X"


@on_both_databases
def test_one_person_is_found_across_channels_by_either_number(desk, petitions):
    first, second = petitions
    assert ids(search(desk, "registrar", phone="0086 139 0731 2345")) == [first, second]
    assert ids(search(desk, "registrar", id_number=PERSON["id_number"])) == [first]
    assert ids(search(desk, "registrar", phone="13800000000")) == []


def test_a_number_may_be_given_and_sought_in_full_width(desk):
    petition_id = desk.registered(petitioner={"phone": "１３９０７３１２３４５"})["petition_id"]
    assert ids(search(desk, "registrar", phone="１３９-０７３１-２３４５")) == [petition_id]


def test_what_is_found_is_masked(desk, petitions):
    answer = search(desk, "dispatcher", phone=PHONE)
    item = answer.json["items"][0]
    assert (item["name"], item["phone"]) == ("欧***", "139******45")
    assert item["same"] == ["phone"]
    assert not [value for value in PERSON.values() if value in answer.text]


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "phone"), ({"phone": "电话"}, "phone"), ({"id_number": "1"}, "id_number"),
     ({"phone": PHONE, "purpose": ""}, "purpose"), ({"phone": PHONE, "limit": 0}, "limit"),
     ({"phone": PHONE, "cursor": "x"}, "cursor"),
     ({"phone": PHONE, "purpose_kind": "curious"}, "purpose_kind")],
)  # fmt: skip
def test_a_search_that_cannot_be_is_refused_by_field(desk, body, field):
    answer = search(desk, "registrar", **body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert desk.looks() == []


@pytest.mark.parametrize("role", ["supervisor", "leader", "auditor", "admin", "importer"])
def test_roles_that_need_no_identity_cannot_search(desk, role):
    assert search(desk, role, phone=PHONE).status_code == 403


def test_a_search_is_written_down_without_the_number(desk, petitions):
    search(desk, "registrar", phone=PHONE, purpose_kind="same_person")
    (look,) = desk.looks()
    assert (look.who, look.act, look.purpose_kind, look.purpose) == (
        "registrar", "search", "same_person", "来电核对",
    )  # fmt: skip
    assert look.facts["shown"] == list(petitions)
    assert list(look.facts["sought"]) == ["phone"]
    assert PHONE not in str(look.facts)


@on_both_databases
def test_pages_hold_every_petition_once(desk):
    made = []
    for _ in range(5):
        made.append(desk.registered(petitioner=PERSON)["petition_id"])
        desk.app.clock.advance(seconds=1)
    seen, cursor = [], None
    while True:
        answer = search(desk, "registrar", phone=PHONE, limit=2, cursor=cursor)
        seen += ids(answer)
        cursor = answer.json["next_cursor"]
        if cursor is None:
            break
    assert seen == made


@on_both_databases
def test_the_history_of_a_petition_is_what_the_same_person_brought_in_besides(desk, petitions):
    first, second = petitions
    assert ids(history(desk, first, "auditor")) == [second]
    assert ids(history(desk, second, "auditor")) == [first]
    assert [(look.act, look.petition_id) for look in desk.looks()] == [
        ("history", first), ("history", second),
    ]  # fmt: skip


@pytest.mark.parametrize("petitioner", [None, {"name": "欧阳晓峰"}])
def test_who_gave_no_number_has_no_history(desk, petitioner):
    desk.registered(petitioner={"name": "欧阳晓峰"})
    petition_id = desk.registered(petitioner=petitioner)["petition_id"]
    assert ids(history(desk, petition_id, "registrar")) == []


@on_both_databases
def test_a_unit_finds_what_it_handles_and_no_hint_of_the_rest(desk, petitions, story):
    first, second = petitions
    token = desk.unit_token("handler")
    assert history(desk, first, token=token).status_code == 404
    assert search(desk, token=token, phone=PHONE).json == {"items": [], "next_cursor": None}
    case = story(first)
    hear(desk.app, case.then("opened"), case.then("forwarded", co_units=["housing"]))
    for unit in ("transport", "housing"):
        theirs = desk.unit_token("handler", unit=unit)
        assert ids(search(desk, token=theirs, phone=PHONE)) == [first]
        assert ids(history(desk, first, token=theirs)) == []
    stranger = desk.unit_token("handler", unit="port")
    assert ids(search(desk, token=stranger, phone=PHONE)) == []
    assert [look.refused for look in desk.looks()][0] is True


@on_both_databases
@pytest.mark.parametrize(
    ("role", "sees"), [("registrar", False), ("dispatcher", True), ("reviewer", True)]
)
def test_the_secret_lane_is_found_by_the_deciding_roles_only(desk, petitions, role, sees):
    secret = desk.registered(purpose="accusation", petitioner=PERSON)["petition_id"]
    assert (secret in ids(search(desk, role, phone=PHONE))) is sees
    assert (secret in ids(history(desk, petitions[0], role))) is sees


@on_both_databases
def test_what_is_withheld_from_somebody_they_find_by_no_number(desk, petitions, story):
    first, second = petitions
    case = story(first, secret=True)
    accused = {"withheld_from": [mark("qian")], "named_readers": [mark("zhou")]}
    hear(desk.app, case.then("opened"), case.then("access_changed", **accused))
    for account, sees in (("qian", False), ("sun", True)):
        token = desk.token("dispatcher", account=account)
        assert (first in ids(search(desk, token=token, phone=PHONE))) is sees
        assert (first in ids(history(desk, second, token=token))) is sees
    named = desk.token("registrar", account="zhou")
    assert first in ids(search(desk, token=named, phone=PHONE))


def test_words_that_accuse_are_kept_apart_in_a_history_too(desk, petitions, story):
    first, second = petitions
    split = story("no-petition", secret=True)
    hear(desk.app, split.then("opened", petition_ids=[], words_of=[second]))
    (item,) = history(desk, first, "registrar").json["items"]
    assert "原文另行保管" in item["title"]
    (item,) = history(desk, first, "dispatcher").json["items"]
    assert "路灯" in item["title"]


def test_a_row_of_an_earlier_release_is_shown_as_before(desk, petitions):
    with desk.app.db.write() as session:
        session.execute(models.petitioners.update().values(sealed_with=None, indexed_with=None))
    assert ids(search(desk, "registrar", phone=PHONE)) == list(petitions)
