"""Phone codes by a real gateway: sent at once, right once, nothing told to who guesses."""

import datetime as dt
import json
import re
import threading

import pytest
import sqlalchemy as sa
from notices import PERSON, counter, gateway_in

from intake import models, use_cases
from intake.domain.phone_codes import LASTS, PURPOSES
from intake.jobs.notices import forget_codes
from intake.use_cases import rotating
from intake.use_cases.sealed_rows import KEPT
from shared.clock import FixedClock
from shared.errors import Invalid, Refused
from shared.pii import KeyRing

NIGHT = dt.datetime(2026, 3, 2, 13, 30, tzinfo=dt.UTC)
"""21:30 in the office."""
PHONE = "139 0731 2345"
SIX = re.compile(r"(?<![0-9])[0-9]{6}(?![0-9])")


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


def ask(desk, phone=PHONE, purpose="account", **more):
    app = desk.app
    with app.db.write() as session:
        return use_cases.send_code(
            session,
            phone=phone,
            purpose=purpose,
            clock=app.clock,
            resources=app.resources,
            **more,
        )


def redeem(desk, code, phone=PHONE, purpose="account", **more):
    """What a request's transaction does, refusals that keep their work too."""
    app, refused = desk.app, None
    with app.db.write() as session:
        try:
            use_cases.redeem_code(
                session,
                phone=phone,
                purpose=purpose,
                code=code,
                now=app.clock.now(),
                resources=app.resources,
                **more,
            )
        except Refused as error:
            assert error.keep_work
            refused = error.code
    return refused or "right"


def came(gateway):
    """The code of the newest SMS."""
    return SIX.findall(gateway.took[-1]["text"])[-1]


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


@on_both_databases
def test_a_code_comes_by_sms_and_is_right_once(desk, gateway):
    answer = ask(desk)
    assert answer == {"sent_to": "139******45", "expires_in": 300, "again_in": 60}
    desk.send()
    code = came(gateway)
    assert gateway.took[-1]["to"] == "13907312345"
    assert gateway.took[-1]["text"] == (
        f"【云屏区信访局】您的验证码为{code}，用于登录，5分钟内有效。"
        "请勿告知他人，工作人员不会向您索要。"
    )
    assert redeem(desk, code, phone="+8613907312345") == "right"
    assert redeem(desk, code) == "wrong_phone_code"


def test_a_code_may_be_typed_with_full_width_digits_and_spaces(desk, gateway):
    ask(desk)
    desk.send()
    code = came(gateway)
    wide = "".join(chr(0xFF10 + int(c)) for c in code)
    assert redeem(desk, f"{wide[:3]} {wide[3:]}") == "right"


@on_both_databases
def test_five_wrong_tries_end_a_code(desk, gateway):
    ask(desk)
    desk.send()
    code = came(gateway)
    assert {redeem(desk, wrong(code)) for _ in range(5)} == {"wrong_phone_code"}
    assert redeem(desk, code) == "wrong_phone_code"


def test_a_code_ends_after_five_minutes(desk, gateway):
    ask(desk)
    desk.send()
    desk.app.clock.advance(seconds=LASTS.total_seconds())
    assert redeem(desk, came(gateway)) == "wrong_phone_code"


def test_a_code_serves_its_own_purpose_subject_and_phone_alone(desk, gateway):
    ask(desk, purpose="withdraw", subject="p1")
    desk.send()
    code = came(gateway)
    for other in (
        {"purpose": "review", "subject": "p1"},
        {"purpose": "withdraw", "subject": "p2"},
        {"purpose": "withdraw", "subject": "p1", "phone": "13907312346"},
    ):
        assert redeem(desk, code, **other) == "wrong_phone_code"
    assert redeem(desk, code, purpose="withdraw", subject="p1") == "right"


def test_only_the_newest_code_counts(desk, gateway):
    ask(desk)
    desk.send()
    first = came(gateway)
    desk.app.clock.advance(seconds=60)
    ask(desk)
    desk.send()
    if first != came(gateway):
        assert redeem(desk, first) == "wrong_phone_code"
    assert redeem(desk, came(gateway)) == "right"


def test_one_a_minute_and_five_an_hour_go_to_a_phone(desk):
    def asked():
        try:
            ask(desk)
        except Refused as error:
            return error.status, int(error.headers["Retry-After"])
        return "sent"

    assert [asked(), asked()] == ["sent", (429, 60)]
    for _ in range(4):
        desk.app.clock.advance(seconds=60)
        assert asked() == "sent"
    desk.app.clock.advance(seconds=60)
    assert asked() == (429, 55 * 60)
    desk.app.clock.advance(seconds=55 * 60)
    assert asked() == "sent"


def test_one_address_may_not_ask_for_many_phones(desk):
    for number in range(20):
        ask(desk, phone=f"139073123{number:02}", address="192.0.2.7")
    with pytest.raises(Refused) as refused:
        ask(desk, phone="13907312399", address="192.0.2.7")
    assert (refused.value.status, refused.value.code) == (429, "too_many_codes")
    ask(desk, phone="13907312399", address="192.0.2.8")


def test_one_petition_gets_five_an_hour_whatever_they_are_for(desk):
    for number, purpose in enumerate([*PURPOSES][:5]):
        ask(desk, phone=f"1390731230{number}", purpose=purpose, subject="p1")
    with pytest.raises(Refused):
        ask(desk, phone="13907312399", purpose="withdraw", subject="p1")


@pytest.mark.servers
@pytest.mark.parametrize("desk", ["postgresql"], indirect=True)
def test_two_who_ask_for_one_phone_at_once_get_one_code(desk):
    results = []

    def one():
        try:
            results.append(ask(desk)["sent_to"])
        except Refused as error:
            results.append(error.code)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["139******45", *["too_many_codes"] * 3]


@pytest.mark.servers
@pytest.mark.parametrize("desk", ["postgresql"], indirect=True)
def test_a_code_redeemed_twice_at_once_is_right_once(desk, gateway):
    ask(desk)
    desk.send()
    code, results = came(gateway), []
    threads = [threading.Thread(target=lambda: results.append(redeem(desk, code))) for _ in "1234"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["right", *["wrong_phone_code"] * 3]


def test_codes_go_in_the_quiet_hours_too(tmp_path, gateway):
    gateway.behave("ok")
    with counter(tmp_path, clock=FixedClock(NIGHT), **gateway.settings) as desk:
        ask(desk)
        desk.send()
        assert desk.statuses() == ["sent"]


def test_codes_go_before_what_waits(tmp_path, gateway):
    settings = gateway.settings | {"NOTICE_SMS_PER_MINUTE": "1"}
    with counter(tmp_path, **settings) as desk:
        for _ in range(3):
            desk.registered(petitioner=PERSON)
        ask(desk)
        desk.send()
        assert [n.occasion for n in desk.notices if n.status == "sent"] == ["phone_code"]


def test_a_code_that_did_not_go_in_time_does_not_go(desk, gateway):
    gateway.behave("503")
    ask(desk)
    desk.send()
    gateway.behave("ok")
    before = len(gateway.took)
    desk.app.clock.advance(seconds=LASTS.total_seconds())
    desk.send()
    [notice] = desk.notices
    assert (notice.status, notice.last_error) == ("cancelled", "expired")
    assert (notice.sealed_code, len(gateway.took)) == (None, before)


def test_a_code_stands_nowhere_in_clear(desk, gateway, caplog):
    ask(desk)
    desk.send()
    code = came(gateway)
    with desk.app.db.read() as session:
        kept = [
            str(tuple(row))
            for table in models.metadata.sorted_tables
            for row in session.execute(sa.select(table))
        ]
    said = "".join(kept) + caplog.text
    assert code not in SIX.findall(said)
    assert "13907312345" not in said
    assert PHONE not in said


def test_where_no_sms_is_sent_a_signed_paper_is_named(tmp_path):
    with counter(tmp_path) as desk, pytest.raises(Refused) as refused:
        ask(desk)
    assert (refused.value.status, refused.value.code) == (409, "no_sms")
    assert "书面材料" in refused.value.message


@pytest.mark.parametrize(
    "phone",
    ["", "0731-88888888", "12345", "1390731234", "电话", "\x00", "139073123456", "𠮷" * 999],
)
def test_what_takes_no_sms_is_refused_with_its_reason(desk, phone):
    with pytest.raises(Invalid) as refused:
        ask(desk, phone=phone)
    assert "phone" in refused.value.errors
    assert desk.notices == []


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "\x00", "٣" * 6, "𠮷" * 999])
def test_nonsense_is_a_wrong_code(desk, code):
    ask(desk)
    assert redeem(desk, code) == "wrong_phone_code"


def test_without_a_code_the_answer_is_that_of_a_wrong_one(desk):
    assert redeem(desk, "123456", phone="13900000000") == "wrong_phone_code"


def test_codes_and_their_numbers_are_forgotten(desk):
    ask(desk)
    ask(desk, phone="13907312346", purpose="withdraw", subject="p1")
    desk.send()
    desk.app.clock.advance(hours=2)
    forget_codes(desk.app)
    assert desk.rows(models.phone_codes) == desk.rows(models.phone_code_rates) == []
    assert [notice.petition_id for notice in desk.notices] == ["p1"]


def test_phones_of_codes_are_rewritten_with_a_new_key(desk):
    ask(desk)
    kept = next(one for one in KEPT if one.table is models.phone_codes)
    old = json.loads(desk.app.settings.pii_keyring)
    newer = json.loads(KeyRing.generate())["keys"]["k1"]
    ring = KeyRing.parse(json.dumps({**old, "keys": {"k2": newer, **old["keys"]}}))
    with desk.app.db.write() as session:
        assert rotating.rotate(session, kept, ring=ring, after=None, most=10)[0] == 1
    [row] = desk.rows(models.phone_codes)
    assert row.phone.startswith(ring.mark)
    assert ring.decrypt(row.phone, place=f"{row.code_id}/phone") == PHONE
