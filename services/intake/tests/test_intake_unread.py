"""The list of what could not be read: who sees it, what of it, and how it is dealt with."""

import base64

import pytest

from intake import models, use_cases
from shared.testing import MORNING, hear, mark

ORIGINAL = b"From: wang@x.example\r\n\r\n\xff\xfe" * 100


@pytest.fixture
def park(app):
    """Puts a message on the list."""

    def park(key="1", **changes):
        parked = {
            "channel": "email",
            "source": "box@office.example",
            "key": key,
            "reason": "damaged",
            "details": [],
            "original": ORIGINAL,
            "size": len(ORIGINAL),
            "received_at": MORNING,
            "petition_id": None,
        } | changes
        with app.db.write() as session:
            use_cases.park(session, clock=app.clock, resources=app.resources, **parked)

    return park


def listed(desk, *roles, query="", **who):
    answer = desk.get(f"/v1/unread{query}", token=desk.token(*(roles or ("registrar",)), **who))
    assert answer.status_code == 200, answer.text
    return answer.json["items"]


def original(desk, unread_id, *roles, **who):
    token = desk.token(*(roles or ("registrar",)), **who)
    path = f"/v1/unread/{unread_id}/original"
    return desk.post(path, token=token, json={"purpose": "补录登记"})


def test_what_is_parked_twice_stands_once_with_its_original_encrypted(desk, park):
    park()
    park()
    (one,) = listed(desk)
    assert (one["reason"], one["reason_name"]) == ("damaged", "内容损坏，无法读取")
    assert "wang" not in str(one)
    assert base64.b64decode(original(desk, one["unread_id"]).json["base64"]) == ORIGINAL
    (row,) = desk.rows(models.unread_messages)
    assert b"wang" not in row.original


def test_a_look_at_an_original_is_written_down(desk, park):
    park()
    original(desk, listed(desk)[0]["unread_id"], account="zhou")
    (who, purpose) = [(one.who, one.purpose) for one in desk.looks() if one.act == "original"][0]
    assert (who, purpose) == ("zhou", "补录登记")


def test_what_is_dealt_with_leaves_the_list_and_keeps_its_original(app, desk, park):
    park()
    unread_id = listed(desk)[0]["unread_id"]
    assert app.gauges()["intake_unread_messages"].values == {"email": 1}
    path = f"/v1/unread/{unread_id}/dealt"
    done = desk.post(path, "registrar", json={"note": "已登记为另一件"})
    assert (done.json["dealt_by"], done.json["note"]) == ("registrar", "已登记为另一件")
    assert desk.post(path, "registrar", json={"note": "再次"}).json["code"] == "dealt_with"
    assert listed(desk) == []
    assert len(listed(desk, query="?state=dealt")) == len(listed(desk, query="?state=all")) == 1
    assert original(desk, unread_id).status_code == 200
    assert app.gauges()["intake_unread_messages"].values == {"email": 0}


def test_the_list_is_read_page_by_page_oldest_first(app, desk, park):
    for number in range(5):
        app.clock.advance(minutes=1)
        park(str(number), size=number)
    seen, cursor = [], ""
    while cursor is not None:
        page = desk.get(f"/v1/unread?limit=2{cursor}", "registrar").json
        seen += [one["bytes"] for one in page["items"]]
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
    assert seen == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("role", ["handler", "supervisor", "admin", "channel:email"])
def test_it_is_for_who_registers_alone(desk, park, role):
    park()
    assert desk.get("/v1/unread", role).status_code == 403


def test_what_belongs_to_a_secret_petition_is_for_who_may_know_of_it(desk, park):
    receipt = desk.registered(secrecy=True)
    park(petition_id=receipt["petition_id"])
    assert listed(desk) == []
    (one,) = listed(desk, "dispatcher")
    assert original(desk, one["unread_id"]).status_code == 404
    assert [look.refused for look in desk.looks() if look.act == "original"] == [True]
    note = {"note": "看不到"}
    path = f"/v1/unread/{one['unread_id']}/dealt"
    assert desk.post(path, "registrar", json=note).status_code == 404


def test_what_belongs_to_a_petition_is_withheld_from_whom_the_petition_is(app, desk, park, story):
    told = story(desk.registered()["petition_id"])
    park(petition_id=told.petition_id)
    marks = {"withheld_from": [mark("qian")], "named_readers": []}
    hear(app, told.then("opened"), told.then("access_changed", **marks))
    assert listed(desk, "dispatcher", account="qian") == []
    assert len(listed(desk, "dispatcher", account="sun")) == 1
