"""Government mailboxes: opened by the office, written to by citizens, counted."""

import pytest
import sqlalchemy as sa

from intake import models

LETTER = {
    "channel": "mailbox",
    "mailbox": "district_head",
    "title": "公园",
    "content": "加几盏灯。",
}
HEAD = {"name": "区长信箱", "unit": "office", "intro": "请写明时间、地点和诉求。"}

on_both = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)


def open_mailbox(desk, code="district_head", **changes):
    answer = desk.put(f"/v1/mailboxes/{code}", "admin", json=HEAD | changes)
    assert answer.status_code == 200, answer.text
    return answer.json


def write(desk, **changes):
    return desk.post("/v1/public/petitions", json=LETTER | changes)


def reason(answer, field):
    assert answer.status_code == 422, answer.text
    return next(one["reason"] for one in answer.json["errors"] if one["field"] == field)


def petition(desk, receipt):
    return desk.get(f"/v1/petitions/{receipt['petition_id']}", "dispatcher").json


def test_citizens_see_the_mailboxes_that_are_open_to_them(desk):
    open_mailbox(desk)
    open_mailbox(desk, "closed", active=False)
    open_mailbox(desk, "inner", public=False)
    assert desk.get("/v1/public/mailboxes").json["items"] == [
        {"code": "district_head", **HEAD, "longest": 50_000}
    ]


def test_staff_see_all_of_them(desk):
    open_mailbox(desk)
    open_mailbox(desk, "closed", active=False)
    listed = desk.get("/v1/mailboxes", "registrar").json["items"]
    assert [(one["code"], one["active"]) for one in listed] == [
        ("closed", False), ("district_head", True),
    ]  # fmt: skip


def test_only_an_admin_opens_one(desk):
    assert desk.put("/v1/mailboxes/x1", "registrar", json=HEAD).status_code == 403


@pytest.mark.parametrize("code", ["A", "1a", "a b", "区长", "a" * 51])
def test_a_code_that_is_none_is_refused_by_name(desk, code):
    answer = desk.put(f"/v1/mailboxes/{code}", "admin", json=HEAD)
    assert "小写字母" in reason(answer, "code")


@on_both
def test_a_letter_goes_to_the_unit_of_its_mailbox(desk):
    open_mailbox(desk, unit="transport")
    found = petition(desk, write(desk).json)
    assert (found["mailbox"], found["addressee"]) == ("district_head", "transport")


@pytest.mark.parametrize("token", [{}, {"mailbox": None}])
def test_a_citizens_letter_names_its_mailbox(desk, token):
    letter = {name: value for name, value in LETTER.items() if name != "mailbox"} | token
    answer = desk.post("/v1/public/petitions", json=letter)
    assert reason(answer, "mailbox") == "请选择信箱。"


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"mailbox": "nobody"}, "没有这个信箱。"),
        ({"mailbox": "inner"}, "没有这个信箱。"),
        ({"mailbox": "closed"}, "该信箱已停止收信。"),
        ({"channel": "web"}, "只有政府信箱渠道才能填写。"),
        ({"mailbox": "区长信箱"}, "不是信箱代码。"),
        ({"mailbox": "a\x00b"}, "第2个字符是控制字符（U+0000）。"),
    ],
)
def test_what_is_wrong_with_the_mailbox_is_said(desk, changes, said):
    open_mailbox(desk)
    open_mailbox(desk, "closed", active=False)
    open_mailbox(desk, "inner", public=False)
    assert reason(write(desk, **changes), "mailbox") == said
    assert desk.rows(models.petitions) == []


def test_a_letter_that_is_too_long_for_its_mailbox_is_refused(desk):
    open_mailbox(desk, longest=100)
    assert write(desk, content="𠮷" * 100).status_code == 201
    assert reason(write(desk, content="𠮷" * 101), "content") == (
        "该信箱来信最多100个字，现有101个字。"
    )


def test_a_letter_names_no_other_unit_than_its_mailbox_has(desk):
    open_mailbox(desk)
    assert "不一致" in reason(write(desk, addressee="transport"), "addressee")


def test_a_channels_client_need_name_none_while_the_office_keeps_none(desk):
    letter = {"channel": "mailbox", "addressee": "transport"}
    before = desk.register("channel:mailbox", **letter)
    open_mailbox(desk)
    after = desk.register("channel:mailbox", **letter)
    assert (before.status_code, after.status_code) == (201, 422)


def test_imported_history_names_mailboxes_that_are_closed_since(desk):
    open_mailbox(desk, active=False)
    old = {"at": "2019-05-06T09:00:00+08:00"} | LETTER
    assert petition(desk, desk.register("importer", **old).json)["mailbox"] == "district_head"


@on_both
def test_letters_are_counted_by_mailbox_and_those_that_may_be_published(desk):
    open_mailbox(desk)
    open_mailbox(desk, "other")
    for changes in ({}, {"publish_consent": True}, {"secrecy": True}):
        assert write(desk, **changes).status_code == 201
    counts = desk.get("/v1/mailboxes/counts", "leader").json["items"]
    assert [(one["code"], one["petitions"], one["publishable"]) for one in counts] == [
        ("district_head", 3, 1), ("other", 0, 0),
    ]  # fmt: skip


def test_a_void_letter_is_counted_by_no_mailbox(desk):
    open_mailbox(desk)
    receipt = write(desk).json
    path = f"/v1/petitions/{receipt['petition_id']}/void"
    assert desk.post(path, "registrar", json={"reason": "重复录入"}).status_code == 200
    assert desk.get("/v1/mailboxes/counts", "leader").json["items"][0]["petitions"] == 0


@pytest.mark.parametrize("kept", [{"secrecy": True}, {"purpose": "accusation"}])
def test_what_is_secret_is_not_agreed_to_be_published(desk, kept):
    open_mailbox(desk)
    answer = write(desk, publish_consent=True, **kept)
    assert reason(answer, "publish_consent") == "检举控告和要求保密的来信不能公开。"


def test_an_office_that_closed_the_channel_to_citizens_keeps_it_closed(desk):
    open_mailbox(desk)
    channel = {"name": "政府信箱", "kind": "online", "public": False}
    desk.put("/v1/channels/mailbox", "admin", json=channel)
    assert write(desk).status_code == 422


def test_a_mailbox_that_is_changed_keeps_the_letters_it_got(desk):
    open_mailbox(desk)
    receipt = write(desk).json
    open_mailbox(desk, name="区政府主要领导信箱", unit="transport")
    with desk.app.db.read() as session:
        kept = session.execute(sa.select(models.petitions.c.mailbox, models.petitions.c.addressee))
        assert kept.one() == ("district_head", "office")
    assert petition(desk, receipt)["mailbox"] == "district_head"
