"""Registering: one contract for every channel, nothing half-written, nobody's data leaks."""

import datetime as dt
import json
import re
import threading

import pytest
import sqlalchemy as sa

from intake import models
from intake.domain.channels import NAMES
from shared.clock import wire
from shared.testing import MORNING, emitted

PERSON = {
    "name": "欧阳晓峰",
    "phone": "13907312345",
    "id_number": "11010119900307123X",
    "address": "长沙市岳麓区麓山南路9号",
    "email": "ouyang@example.cn",
}
SECRETS = [value.encode() for value in PERSON.values()]


on_both_databases = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)


def refused(answer, status, field=None):
    assert answer.status_code == status, answer.text
    if field is not None:
        assert field in {error["field"] for error in answer.json["errors"]}
    return True


@pytest.mark.parametrize("channel", NAMES)
def test_a_petition_can_be_registered_for_every_channel(desk, channel):
    receipt = desk.registered(channel=channel)
    assert re.fullmatch(r"XF2026\d{8}", receipt["petition_no"])
    assert re.fullmatch(r"[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}", receipt["query_code"])
    (event,) = emitted(desk.app, "petition.registered.v1")
    assert event["subject"] == receipt["petition_id"]
    assert event["data"]["channel"] == channel


@pytest.mark.parametrize("channel", NAMES)
def test_a_channels_client_posts_for_its_own_channel_only(desk, channel):
    own = desk.token(f"channel:{channel}", unit=None, scope=())
    assert desk.register(token=own, channel=channel).status_code == 201
    for other in set(NAMES) - {channel}:
        assert refused(desk.register(token=own, channel=other), 403)
    assert len(desk.rows(models.petitions)) == 1


@pytest.mark.parametrize("role", ["handler", "dispatcher", "admin", "auditor", "partner"])
def test_other_roles_do_not_register(desk, role):
    assert refused(desk.register(role), 403)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"channel": "fax"}, "channel"), ({"channel": ...}, "channel"), ({"title": ...}, "title"),
        ({"content": ...}, "content"), ({"title": "长" * 201}, "title"),
        ({"content": "长" * 50_001}, "content"), ({"purpose": "revenge"}, "purpose"),
        ({"secrecy": "yes"}, "secrecy"), ({"place": ""}, "place"), ({"colour": "red"}, "colour"),
        ({"petitioner": {"phone": "call me"}}, "petitioner.phone"),
        ({"petitioner": {"id_number": "？？？？？？"}}, "petitioner.id_number"),
        ({"petitioner": {"email": "nobody"}}, "petitioner.email"),
        ({"petitioner": {"name": "\0"}}, "petitioner.name"),
        ({"petitioner": {"nick": "x"}}, "petitioner.nick"),
        ({"external_ref": {"system": "12345"}}, "external_ref.id"),
        ({"received_at": "2026-03-02T09:00:00"}, "received_at"),
        ({"received_at": "9999-12-31T23:59:59-08:00"}, "received_at"),
        ({"received_at": "1899-01-01T00:00:00Z"}, "received_at"),
        ({"received_at": wire(MORNING + dt.timedelta(minutes=5, seconds=1))}, "received_at"),
        ({"at": wire(MORNING)}, "at"),
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_petition_is_refused_by_field_and_leaves_nothing(desk, change, field):
    assert refused(desk.register(**change), 422, field)
    assert desk.rows(models.petitions) == []
    assert emitted(desk.app) == []


def test_the_longest_content_is_taken(desk):
    desk.registered(content="长" * 50_000)


def test_receipt_up_to_five_minutes_ahead_is_taken_and_now_is_the_default(desk):
    ahead = MORNING + dt.timedelta(minutes=5)
    desk.registered(received_at=wire(ahead))
    desk.registered()
    times = [event["data"]["received_at"] for event in emitted(desk.app, "petition.registered.v1")]
    assert [dt.datetime.fromisoformat(time) for time in times] == [ahead, MORNING]


@on_both_databases
def test_an_import_registers_history_at_its_own_time(desk):
    answer = desk.register(
        "importer",
        channel="mailbox",
        at="2019-12-31T23:30:00+08:00",
        received_at="2019-12-31T09:00:00+08:00",
    )
    assert answer.status_code == 201
    assert answer.json["petition_no"].startswith("XF2019")
    told = emitted(desk.app)
    assert {event["historical"] for event in told} == {True}
    assert {event["time"] for event in told} == {"2019-12-31T15:30:00.000000Z"}
    assert {event["recordedtime"] for event in told} == {wire(MORNING)}


@pytest.mark.parametrize(
    ("at", "received_at", "field"),
    [
        (MORNING + dt.timedelta(minutes=6), None, "at"),
        (MORNING - dt.timedelta(days=9), MORNING - dt.timedelta(days=8), "received_at"),
    ],
)
def test_an_import_cannot_register_ahead_of_now_or_before_receipt(desk, at, received_at, field):
    times = {"at": wire(at), "received_at": wire(received_at)}
    assert refused(desk.register("importer", **times), 422, field)


@on_both_databases
def test_an_external_reference_is_unique_in_its_channel_for_ever(desk):
    ref = {"system": "12345", "id": "A-1"}
    first = desk.registered(channel="hotline", external_ref=ref)
    desk.app.clock.advance(days=5000)
    again = desk.register(channel="hotline", external_ref=ref, title="另一件")
    assert refused(again, 409, "external_ref")
    assert again.json["petition_id"] == first["petition_id"]
    desk.registered(channel="letter", external_ref=ref)
    desk.registered(channel="hotline", external_ref=ref | {"system": "other"})
    assert len(desk.rows(models.petitions)) == 3


@on_both_databases
def test_of_eight_posts_of_one_reference_at_once_one_is_registered(desk):
    gate, codes = threading.Barrier(8), []
    token = desk.token("registrar")

    def post():
        client = desk.client.application.test_client()
        body = {"channel": "hotline", "title": "甲", "content": "乙"}
        body["external_ref"] = {"system": "12345", "id": "A-1"}
        gate.wait()
        answer = client.post(
            "/v1/petitions", json=body, headers={"Authorization": f"Bearer {token}"}
        )
        codes.append(answer.status_code)

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [201] + [409] * 7
    assert len(desk.rows(models.petitions)) == 1


@on_both_databases
def test_numbers_are_never_given_twice(desk):
    numbers = [desk.registered()["petition_no"] for _ in range(20)]
    assert len(set(numbers)) == 20


def test_a_petition_without_petitioner_or_with_an_empty_one_is_anonymous(desk):
    desk.registered()
    desk.registered(petitioner={})
    desk.registered(petitioner={"name": None})
    assert desk.rows(models.petitioners) == []


def test_the_petitioner_is_nowhere_in_the_database_file(desk, tmp_path):
    receipt = desk.registered(petitioner=PERSON)
    desk.app.close()
    files = list(tmp_path.glob("intake.sqlite*"))
    raw = b"".join(file.read_bytes() for file in files)
    assert receipt["petition_no"].encode() in raw
    assert not [secret for secret in SECRETS if secret in raw]
    assert not [secret for secret in SECRETS if secret.decode().encode("utf-16-le") in raw]
    assert receipt["query_code"].replace("-", "").encode() not in raw
    assert receipt["query_code"].encode() not in raw


@on_both_databases
def test_a_value_moved_to_another_petition_does_not_open(desk):
    first = desk.registered(petitioner=PERSON)["petition_id"]
    second = desk.registered(petitioner={"name": "别人"})["petition_id"]
    table = models.petitioners
    with desk.app.db.write() as session:
        stolen = session.scalar(sa.select(table.c.phone).where(table.c.petition_id == first))
        session.execute(sa.update(table).where(table.c.petition_id == second).values(phone=stolen))
    assert desk.get(f"/v1/petitions/{second}", "registrar").status_code == 500
    assert desk.get(f"/v1/petitions/{first}", "registrar").status_code == 200


@on_both_databases
def test_the_same_phone_is_found_by_blind_index_however_it_was_written(desk):
    for phone in ("13907312345", "+86 139-0731-2345"):
        desk.registered(petitioner={"phone": phone})
    first, second = desk.rows(models.petitioners)
    assert first.phone_index == second.phone_index
    assert first.phone != second.phone


def test_events_carry_no_personal_data(desk):
    desk.registered(
        petitioner=PERSON,
        title=f"{PERSON['name']}反映路灯",
        content="联系{name}，电话{phone}，身份证{id_number}，邮箱{email}。".format(**PERSON),
        place=f"{PERSON['name']}家门口",
    )
    told = json.dumps(emitted(desk.app), ensure_ascii=False)
    leaked = [
        PERSON[name] for name in ("name", "phone", "id_number", "email") if PERSON[name] in told
    ]
    assert leaked == []
    (registered,) = emitted(desk.app, "petition.registered.v1")
    assert set(registered["data"]) == {
        "petition_id", "petition_no", "channel", "purpose", "secret", "received_at",
        "registered_at", "addressee", "place_code", "people", "joint", "anonymous", "urgent",
        "threat", "litigation",
    }  # fmt: skip


@pytest.mark.parametrize("change", [{"purpose": "accusation"}, {"secrecy": True}])
def test_in_the_secret_lane_no_text_leaves_intake(desk, change):
    desk.registered(title="举报某人", **change)
    assert [event["type"] for event in emitted(desk.app)] == ["petition.registered.v1"]
    told = emitted(desk.app)[0]["data"]
    assert told["secret"] is True
    assert set(told) == {
        "petition_id", "petition_no", "channel", "purpose", "secret", "received_at",
        "registered_at", "addressee", "suspected",
    }  # fmt: skip


def test_the_unit_at_which_a_petition_is_handed_in_is_kept_and_told(desk):
    receipt = desk.registered(channel="mailbox", addressee="transport")
    assert emitted(desk.app)[0]["data"]["addressee"] == "transport"
    seen = desk.get(f"/v1/petitions/{receipt['petition_id']}", "dispatcher").json
    assert seen["addressee"] == "transport"


@pytest.mark.parametrize("change", [{"purpose": "accusation"}, {"secrecy": True}])
def test_in_the_secret_lane_nobody_is_told_at_which_unit_it_was_handed_in(desk, change):
    receipt = desk.registered(addressee="transport", **change)
    assert emitted(desk.app)[0]["data"]["addressee"] is None
    seen = desk.get(f"/v1/petitions/{receipt['petition_id']}", "dispatcher").json
    assert seen["addressee"] == "transport", "who decides on it may know"


@pytest.mark.parametrize("addressee", ["交通局", "Transport", "", " ", "t", "a" * 51, 5, "a\n"])
def test_an_addressee_that_is_no_unit_code_is_refused(desk, addressee):
    assert refused(desk.register(addressee=addressee), 422, "addressee")


def test_the_public_may_direct_a_petition_to_a_unit(desk):
    body = {"channel": "web", "title": "路灯", "content": "不亮", "addressee": "transport"}
    assert desk.post("/v1/public/petitions", json=body).status_code == 201
    assert emitted(desk.app)[0]["data"]["addressee"] == "transport"


def test_the_public_registers_without_an_account(desk):
    body = {"channel": "web", "title": "路灯", "content": "不亮", "petitioner": PERSON}
    answer = desk.post("/v1/public/petitions", json=body)
    assert answer.status_code == 201
    assert set(answer.json) == {"petition_id", "petition_no", "query_code"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"channel": "visit"}, "channel"), ({"at": wire(MORNING)}, "at"),
        ({"received_at": wire(MORNING)}, "received_at"),
        ({"external_ref": {"system": "a", "id": "b"}}, "external_ref"),
    ],
)  # fmt: skip
def test_the_public_may_not_set_what_is_the_offices(desk, change, field):
    body = {"channel": "web", "title": "路灯", "content": "不亮"} | change
    assert refused(desk.post("/v1/public/petitions", json=body), 422, field)


@on_both_databases
def test_the_same_key_and_petition_get_the_same_receipt(desk):
    key = {"Idempotency-Key": "visit-7"}
    body = {"channel": "visit", "title": "路灯", "content": "不亮"}
    answers = [desk.post("/v1/petitions", "registrar", json=body, headers=key) for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert len(emitted(desk.app, "petition.registered.v1")) == 1


def test_how_many_are_registered_is_counted(desk):
    desk.registered()
    desk.registered(purpose="accusation")
    assert desk.get("/v1/counts", "importer").json == {"petitions": 2}
    assert refused(desk.get("/v1/counts", "handler"), 403)
