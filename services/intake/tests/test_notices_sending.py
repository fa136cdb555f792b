"""Notices by a real gateway: told once, signed, tried again, held back at night, never doubled."""

import datetime as dt

import pytest
from notices import PERSON, counter, gateway_in

from intake.jobs.notices import forget_codes
from shared.clock import FixedClock
from shared.testing import MORNING, hear, make_event

NIGHT = dt.datetime(2026, 3, 2, 13, 30, tzinfo=dt.UTC)
"""21:30 in the office."""
EIGHT = dt.datetime(2026, 3, 3, 0, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    with gateway_in(tmp_path_factory.mktemp("gateway")) as gateway:
        yield gateway


@pytest.fixture
def desk(request, tmp_path, gateway):
    """An office with the gateway, on SQLite or on the database that the test names."""
    kind = getattr(request, "param", "sqlite")
    url = None if kind == "sqlite" else request.getfixturevalue("postgres_url")
    gateway.behave("ok")
    (gateway.folder / "took.jsonl").unlink(missing_ok=True)
    with counter(tmp_path, url=url, **gateway.settings) as desk:
        yield desk


on_both_databases = pytest.mark.parametrize(
    "desk", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)


def told(gateway):
    return [one["text"] for one in gateway.took]


@on_both_databases
def test_a_petitioner_is_told_of_receipt_progress_and_result(desk, gateway, story):
    receipt = desk.registered(petitioner=PERSON)
    desk.send()
    case = story(receipt["petition_id"])
    desk.app.clock.advance(days=5)
    hear(desk.app, *case.whole())
    desk.send()
    assert [n.occasion for n in desk.notices] == [
        "receipt",
        "progress",
        "progress",
        "result",
        "progress",
    ]
    assert set(desk.statuses()) == {"sent"}
    no = receipt["petition_no"]
    assert told(gateway)[0] == (
        f"【云屏区信访局】您提交的信访件已登记，编号{no}，查询码{receipt['query_code']}。"
        "凭编号和查询码可在本局信访平台查询办理情况。"
    )
    assert any("已转送交通运输局" in text for text in told(gateway))
    assert any("处理意见已送达。请凭编号" in text for text in told(gateway))
    assert all(one["signed"] and one["to"] == "13907312345" for one in gateway.took)
    assert [one["key"] for one in gateway.took[:1]] == [desk.notices[0].notice_id]


def test_neither_words_nor_reply_of_a_petition_go_by_sms(desk, gateway, story):
    receipt = desk.registered(petitioner=PERSON, title="路灯不亮", content="小区门口")
    desk.app.clock.advance(days=7)
    hear(desk.app, *story(receipt["petition_id"]).whole())
    desk.send()
    sent = "".join(told(gateway))
    assert not [word for word in ("路灯", "小区门口", "路灯已修好") if word in sent]


@on_both_databases
def test_the_same_event_twice_is_told_once(desk, gateway, story):
    receipt = desk.registered(petitioner=PERSON)
    case = story(receipt["petition_id"])
    event = case.then("forwarded")
    hear(desk.app, event, event)
    with desk.app.db.write() as session:
        session.execute(desk.app.service.ground.inbox.delete())
    hear(desk.app, event)
    assert [n.occasion for n in desk.notices] == ["receipt", "progress"]


@pytest.mark.parametrize("person", [None, {"phone": "13907312345"}], ids=["nobody", "number"])
def test_the_anonymous_are_told_nothing(desk, story, person):
    receipt = desk.registered(petitioner=person)
    hear(desk.app, story(receipt["petition_id"]).then("forwarded"))
    assert desk.notices == []


def test_who_gave_no_name_but_asked_for_notices_is_told(desk, gateway):
    desk.registered(petitioner={"phone": "13907312345"}, notify={"medium": "sms"})
    desk.send()
    assert len(gateway.took) == 1


def test_of_imported_history_nothing_is_told(desk, story):
    at = "2025-03-02T09:30:00+08:00"
    receipt = desk.register("importer", petitioner=PERSON, at=at).json
    hear(desk.app, story(receipt["petition_id"]).then("forwarded"))
    assert desk.notices == []


def test_an_event_of_history_is_not_told(desk, story):
    receipt = desk.registered(petitioner=PERSON)
    header = {
        "case_id": "c1", "state": "forwarded", "secret": False, "lead_unit": "transport",
        "petition_ids": [receipt["petition_id"]], "lead_unit_name": "甲", "co_units": [],
        "clocks": [],
    }  # fmt: skip
    data = {"header": header}
    body = make_event("routing", "case.forwarded.v1", subject="c1", data=data, historical=True)
    hear(desk.app, body)
    assert [n.occasion for n in desk.notices] == ["receipt"]


def test_what_a_replay_tells_of_long_ago_is_not_told(desk, story):
    receipt = desk.registered(petitioner=PERSON)
    event = story(receipt["petition_id"]).then("forwarded")
    desk.app.clock.advance(days=30)
    hear(desk.app, event)
    assert [n.occasion for n in desk.notices] == ["receipt"]


def test_in_the_secret_lane_nothing_is_told_without_consent(desk, gateway, story):
    receipt = desk.registered(petitioner=PERSON, purpose="accusation")
    hear(desk.app, *story(receipt["petition_id"], secret=True).whole())
    desk.send()
    assert (desk.notices, gateway.took) == ([], [])


def test_in_the_secret_lane_who_consented_is_told_without_any_fact(desk, gateway, story):
    notify = {"medium": "sms", "consent_to_electronic_service": True}
    receipt = desk.registered(petitioner=PERSON, purpose="accusation", notify=notify)
    desk.app.clock.advance(days=7)
    hear(desk.app, *story(receipt["petition_id"], secret=True).whole())
    desk.send()
    assert set(told(gateway)) == {
        "【云屏区信访局】您有新的消息，请凭编号和查询码在本局信访平台查看。"
    }
    assert {n.sealed_code for n in desk.notices} == {None}


def test_a_case_that_became_secret_before_the_notice_went_is_not_told(desk, gateway, story):
    receipt = desk.registered(petitioner=PERSON)
    hear(desk.app, story(receipt["petition_id"], secret=True).then("classified"))
    desk.send()
    assert gateway.took == []
    assert [(n.status, n.last_error) for n in desk.notices] == [("cancelled", "secret_lane")]


def test_a_landline_that_takes_no_sms_goes_by_the_next_medium(desk, gateway):
    receipt = desk.registered(petitioner=PERSON | {"phone": "0731-82345678"})
    assert [n.medium for n in desk.of(receipt["petition_id"])] == ["email"]
    assert desk.statuses() == ["no_sender"]


BROKEN = [
    {"phone": "0731-82345678"},
    {"phone": "12345"},
    {"phone": "99999999999999"},
    {"email": "x@y.z"},
    {"email": "a..b@example.cn"},
    {"email": "王小明@example.cn"},
    {"email": "a,b@example.cn"},
    {"email": "<a>@example.cn"},
    {"email": "a@exa_mple.cn"},
    {"email": f"a@{'b' * 64}.cn"},
    {"address": "无"},
]


@pytest.mark.parametrize("contact", BROKEN, ids=str)
def test_a_contact_that_reaches_nobody_is_never_called(desk, gateway, story, contact):
    receipt = desk.registered(petitioner={"name": "王小明"} | contact)
    hear(desk.app, story(receipt["petition_id"]).then("forwarded"))
    desk.send()
    assert gateway.took == []
    assert {n.status for n in desk.notices} <= {"cancelled", "no_sender"}


def test_a_contact_that_cannot_be_decrypted_stops_no_other(desk, gateway):
    desk.registered(petitioner=PERSON)
    desk.registered(petitioner=PERSON)
    with desk.app.db.write() as session:
        session.connection().exec_driver_sql(
            "UPDATE petitioners SET phone = x'00', email = x'00' WHERE petition_id = "
            "(SELECT min(petition_id) FROM petitioners)"
        )
    desk.send()
    assert sorted(desk.statuses()) == ["cancelled", "sent"]


@pytest.mark.parametrize("change", ["occasion = 'unheard_of'", "facts = '{\"stage\": 1}'"])
def test_a_notice_that_this_version_has_no_words_for_stops_no_other(desk, gateway, change):
    desk.registered(petitioner=PERSON)
    desk.registered(petitioner=PERSON)
    with desk.app.db.write() as session:
        session.connection().exec_driver_sql(f"UPDATE notices SET {change} WHERE seq = 1")
    desk.send()
    assert [(n.status, n.last_error) for n in desk.notices] == [
        ("dead", "KeyError"), ("sent", None)
    ]  # fmt: skip


def test_at_night_only_what_was_asked_for_goes(desk, gateway, story):
    desk.app.clock.at = NIGHT
    posted = {"channel": "web", "title": "甲", "content": "乙", "petitioner": PERSON}
    asked = desk.post("/v1/public/petitions", json=posted).json
    other = desk.registered(petitioner=PERSON)
    desk.send()
    assert [one["key"] for one in gateway.took] == [desk.of(asked["petition_id"])[0].notice_id]
    assert desk.of(other["petition_id"])[0].due_at == EIGHT
    desk.app.clock.at = EIGHT - dt.timedelta(seconds=1)
    desk.send()
    assert len(gateway.took) == 1
    desk.app.clock.at = EIGHT
    desk.send()
    assert len(gateway.took) == 2


def test_what_was_due_before_the_night_and_did_not_go_waits_for_the_morning(desk, gateway):
    desk.registered(petitioner=PERSON)
    desk.app.clock.at = NIGHT
    desk.send()
    assert gateway.took == []
    assert desk.notices[0].due_at == EIGHT


def test_a_number_that_is_refused_fails_at_once_and_holds_nobody(desk, gateway):
    gateway.behave("422 13800000001")
    desk.registered(petitioner=PERSON | {"phone": "13800000001"})
    desk.registered(petitioner=PERSON)
    desk.send()
    assert sorted((n.status, n.attempts, n.last_error) for n in desk.notices) == [
        ("failed", 1, "HTTP 422"), ("sent", 1, None)
    ]  # fmt: skip


@on_both_databases
def test_a_notice_that_always_breaks_the_gateway_ends_dead_and_the_others_go(desk, gateway):
    gateway.behave("500 13800000001")
    bad = desk.registered(petitioner=PERSON | {"phone": "13800000001"})
    for _ in range(30):
        desk.registered(petitioner=PERSON)
        desk.send()
        desk.app.clock.advance(minutes=61)
        if NIGHT.time() <= desk.app.clock.at.time() or desk.app.clock.at.hour < 1:
            desk.app.clock.at = dt.datetime.combine(
                desk.app.clock.at.date() + dt.timedelta(days=1), MORNING.timetz()
            )
    dead = desk.of(bad["petition_id"])[0]
    assert (dead.status, dead.attempts, dead.last_error) == ("dead", 8, "HTTP 500")
    assert desk.statuses().count("sent") == 30


@pytest.mark.parametrize("mode", ["500", "503", "drop", "401", "302"])
def test_a_gateway_that_is_down_is_left_alone_and_everything_goes_when_it_is_back(
    desk, gateway, mode
):
    gateway.behave(mode)
    for _ in range(20):
        desk.registered(petitioner=PERSON)
    desk.send()
    tried = len(gateway.took)
    assert tried <= 8
    desk.send()
    assert len(gateway.took) == tried
    gateway.behave("ok")
    for _ in range(8):
        desk.app.clock.advance(seconds=400)
        desk.send()
    assert set(desk.statuses()) == {"sent"}


def test_a_gateway_that_hangs_delays_no_other_medium(tmp_path, gateway):
    (gateway.folder / "took.jsonl").unlink(missing_ok=True)
    gateway.behave("hang 13907312345")
    settings = gateway.settings | {
        "NOTICE_SENDERS": "sms=http,wechat=http",
        "NOTICE_WECHAT_URL": gateway.settings["NOTICE_SMS_URL"],
        "NOTICE_WECHAT_SECRET": gateway.settings["NOTICE_SMS_SECRET"],
        "NOTICE_TIMEOUT_SECONDS": "1",
    }
    notify = {"medium": "wechat", "wechat_id": "oX5_fictional-openid"}
    with counter(tmp_path, **settings) as desk:
        for _ in range(6):
            desk.registered(petitioner=PERSON)
            desk.registered(petitioner=PERSON, notify=notify)
        desk.send()
        by_wechat = [n.status for n in desk.notices if n.medium == "wechat"]
        by_sms = {(n.status, n.last_error) for n in desk.notices if n.medium == "sms"}
        assert by_wechat == ["sent"] * 6
        assert by_sms <= {("queued", "ReadTimeout"), ("queued", None)}
        assert desk.gateway_row().paused_until > desk.app.clock.now()


def test_a_gateway_that_nobody_answers_at_costs_no_tries(tmp_path, gateway):
    settings = gateway.settings | {"NOTICE_SMS_URL": "http://127.0.0.1:1/"}
    with counter(tmp_path, **settings) as desk:
        desk.registered(petitioner=PERSON)
        for _ in range(20):
            desk.send()
            desk.app.clock.advance(seconds=301)
        assert [(n.status, n.attempts) for n in desk.notices] == [("queued", 0)]
        assert desk.notices[0].last_error == "ConnectError"


def test_a_gateway_that_answers_twice_confuses_nobody(desk, gateway):
    gateway.behave("twice")
    for _ in range(5):
        desk.registered(petitioner=PERSON)
    for _ in range(8):
        desk.send()
        desk.app.clock.advance(seconds=400)
    assert set(desk.statuses()) == {"sent"}


def test_no_more_go_in_a_minute_than_may(tmp_path, gateway):
    (gateway.folder / "took.jsonl").unlink(missing_ok=True)
    gateway.behave("ok")
    settings = gateway.settings | {"NOTICE_SMS_PER_MINUTE": "3"}
    with counter(tmp_path, **settings) as desk:
        for _ in range(7):
            desk.registered(petitioner=PERSON)
        counts = []
        for _ in range(3):
            desk.send()
            desk.send()
            counts.append(len(gateway.took))
            desk.app.clock.advance(seconds=60)
        assert counts == [3, 6, 7]


def test_without_a_sender_notices_are_kept_and_seen(tmp_path):
    with counter(tmp_path) as desk:
        receipt = desk.registered(petitioner=PERSON)
        desk.send()
        seen = desk.get(f"/v1/petitions/{receipt['petition_id']}/notices", "registrar").json
        assert [(n["medium"], n["status"], n["status_name"]) for n in seen["items"]] == [
            ("sms", "no_sender", "未配置发送通道")
        ]


def test_staff_see_notices_but_neither_number_nor_words(desk, gateway):
    receipt = desk.registered(petitioner=PERSON)
    desk.send()
    path = f"/v1/petitions/{receipt['petition_id']}/notices"
    seen = desk.get(path, "auditor")
    assert [n["status"] for n in seen.json["items"]] == ["sent"]
    assert "13907312345" not in seen.text
    assert receipt["query_code"] not in seen.text
    assert desk.get(path, token=desk.unit_token("handler")).status_code == 404
    assert [look.refused for look in desk.looks()] == [False, True]


def test_a_contact_stands_in_no_row_and_a_code_only_until_it_has_gone(desk, gateway):
    desk.registered(petitioner=PERSON)
    assert desk.notices[0].sealed_code is not None
    desk.send()
    assert desk.notices[0].sealed_code is None
    assert "13907312345" not in str(desk.notices)


def test_a_code_that_did_not_go_is_forgotten_after_days(desk, gateway):
    gateway.behave("422")
    desk.registered(petitioner=PERSON)
    desk.send()
    forget_codes(desk.app)
    assert desk.notices[0].sealed_code is not None
    desk.app.clock.advance(hours=73)
    forget_codes(desk.app)
    assert desk.notices[0].sealed_code is None


def test_what_failed_is_sent_again_under_its_key(desk, gateway):
    gateway.behave("422")
    receipt = desk.registered(petitioner=PERSON)
    desk.send()
    notice = desk.notices[0]
    path = f"/v1/petitions/{receipt['petition_id']}/notices/{notice.notice_id}/retry"
    gateway.behave("ok")
    assert desk.post(path, token=desk.unit_token("handler")).status_code == 404
    assert desk.post(path, "auditor").status_code == 403
    assert desk.post(path, "registrar").json["status"] == "queued"
    desk.send()
    assert desk.statuses() == ["sent"]
    assert len({one["key"] for one in gateway.took}) == 1
    assert desk.post(path, "registrar").status_code == 409
    elsewhere = desk.registered()["petition_id"]
    wrong = path.replace(receipt["petition_id"], elsewhere)
    assert desk.post(wrong, "registrar").status_code == 404


def test_gauges_show_what_waits_and_what_is_lost(desk, gateway):
    gateway.behave("422")
    desk.registered(petitioner=PERSON)
    desk.send()
    gateway.behave("401")
    desk.registered(petitioner=PERSON)
    desk.send()
    desk.app.clock.advance(seconds=90)
    gauges = desk.app.gauges()
    assert gauges["notices_lost"].values == {"failed": 1, "dead": 0}
    assert gauges["notices_waiting"].values["sms"] == 1
    assert gauges["notices_oldest_waiting_seconds"].values["sms"] == 60


def test_what_gateways_say_is_counted_by_medium_from_zero_on(desk, gateway):
    def counted(outcome):
        labels = {"service": "intake", "medium": "sms", "outcome": outcome}
        return desk.app.instruments.registry.get_sample_value("notices_handed_over_total", labels)

    desk.send()
    assert [counted(outcome) for outcome in ("sent", "refused", "away")] == [0, 0, 0]
    gateway.behave("422")
    desk.registered(petitioner=PERSON)
    desk.send()
    gateway.behave("ok")
    desk.registered(petitioner=PERSON)
    desk.send()
    assert [counted(outcome) for outcome in ("sent", "refused", "away")] == [1, 1, 0]


def test_the_clock_of_quiet_hours_is_the_offices(tmp_path, gateway):
    (gateway.folder / "took.jsonl").unlink(missing_ok=True)
    gateway.behave("ok")
    noon_in_greenwich = FixedClock(dt.datetime(2026, 3, 2, 12, 59, tzinfo=dt.UTC))
    with counter(tmp_path, clock=noon_in_greenwich, **gateway.settings) as desk:
        desk.registered(petitioner=PERSON)
        desk.send()
        assert len(gateway.took) == 1
        noon_in_greenwich.advance(minutes=1)
        desk.registered(petitioner=PERSON)
        desk.send()
        assert len(gateway.took) == 1
