"""Notices to followers by the account's customer-service messages."""

import pytest
from conftest import CaseStory
from notices import counter, gateway_in
from wechat_desk import ACCOUNT, FOLLOWER, Follower, accounts, interface_in

from intake import models
from intake.domain.notices import Message, Verdict
from intake.senders.wechat import CODES, make
from intake.settings import Settings
from shared.clock import FixedClock
from shared.settings import read_settings
from shared.testing import MORNING, hear, sample_secrets


@pytest.fixture
def wechat(tmp_path):
    with interface_in(tmp_path / "wechat") as interface:
        yield interface


def settings(wechat, **more):
    given = {
        "WECHAT_ACCOUNTS": accounts(api=wechat.url),
        "NOTICE_SENDERS": "wechat=wechat",
        "NOTICE_TIMEOUT_SECONDS": "2",
    }
    return given | more


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def desk(request, tmp_path, wechat):
    """An office that talks back by WeChat."""
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    clock = FixedClock(MORNING)
    with counter(tmp_path, url=url, clock=clock, **settings(wechat)) as made:
        yield made


@pytest.fixture
def sender(wechat):
    made = sender_with(**settings(wechat))
    yield made
    made.rest()


def sender_with(**given):
    env = sample_secrets() | {"DATABASE_URL": "sqlite://"} | given
    return make(read_settings(Settings, env), medium="wechat")


def message(to=f"{ACCOUNT}:{FOLLOWER}", text="您的信访件已受理。"):
    return Message("3c6f", "wechat", to, "办理进展", text)


def advanced(desk):
    """A follower's petition, and routing's word that it was accepted; its number."""
    number, _ = Follower(desk).registers()
    (row,) = desk.rows(models.petitions)
    story = CaseStory(row.petition_id)
    story.at = MORNING
    hear(desk.app, *[story.then(verb) for verb in ("opened", "classified", "forwarded")])
    return number


def test_a_follower_hears_of_their_petition_where_they_brought_it_in(desk, wechat):
    number = advanced(desk)
    desk.app.clock.advance(hours=1)
    desk.send()
    ((openid, text),) = wechat.texts
    assert openid == FOLLOWER
    assert number in text
    assert "已转送交通运输局" in text
    assert desk.statuses() == ["sent", "sent"]


@pytest.mark.parametrize("code", [45015, 43004, 48002])
def test_what_wechat_may_not_bring_them_fails_with_the_reason(desk, wechat, code):
    advanced(desk)
    wechat.behave(send=code)
    desk.app.clock.advance(hours=1)
    desk.send()
    failed = desk.notices[-1]
    assert (failed.medium, failed.status) == ("wechat", "failed")
    assert f"WeChat {code}" in failed.last_error


def test_outside_of_48_hours_it_goes_by_another_medium_that_has_a_sender(tmp_path, wechat):
    with gateway_in(tmp_path / "gateway") as gateway:
        given = gateway.settings | settings(wechat, NOTICE_SENDERS="wechat=wechat,sms=http")
        with counter(tmp_path, clock=FixedClock(MORNING), **given) as desk:
            advanced(desk)
            wechat.behave(send=45015)
            desk.app.clock.advance(hours=1)
            desk.send()
            desk.send()
            notice = desk.notices[-1]
            assert (notice.medium, notice.status) == ("sms", "sent")
            assert gateway.took[-1]["to"] == "13907312345"
            assert wechat.texts == []


def test_one_token_serves_many_messages(sender, wechat):
    for _ in range(5):
        assert sender.send(message()).verdict is Verdict.SENT
    assert len(wechat.calls("stable_token")) == 1
    assert len(wechat.texts) == 5


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_token_that_is_refused_is_fetched_anew_and_the_text_goes_once(sender, wechat, code):
    wechat.behave(void=True, refuse_as=code)
    assert sender.send(message()).verdict is Verdict.SENT
    assert len(wechat.texts) == 1
    asked = [one["body"]["force_refresh"] for one in wechat.calls("stable_token")]
    assert asked == [False, False, True]
    assert [one["code"] for one in wechat.calls("custom/send")] == [code, 0]


def test_a_token_that_is_refused_again_and_again_is_asked_for_once(sender, wechat):
    wechat.behave(send=40001)
    outcome = sender.send(message())
    assert (outcome.verdict, outcome.wait_s) == (Verdict.AWAY, 60)
    assert len(wechat.calls("custom/send")) == 2


@pytest.mark.parametrize("code", sorted(set(CODES) - {40001, 40014, 41001, 42001}))
def test_each_code_means_what_the_table_says_and_is_no_second_try(sender, wechat, code):
    wechat.behave(send=code)
    outcome = sender.send(message())
    verdict, why, wait_s = CODES[code]
    assert (outcome.verdict, outcome.wait_s) == (verdict, wait_s)
    assert outcome.reason == f"WeChat {code}: {why}"
    assert len(wechat.calls("custom/send")) == 1


def test_a_code_that_nobody_knows_is_tried_again_later(sender, wechat):
    wechat.behave(send=99999)
    assert sender.send(message()).verdict is Verdict.LATER


@pytest.mark.parametrize(
    ("mode", "verdict"),
    [
        ({"status": 500}, Verdict.BROKEN), ({"status": 404}, Verdict.AWAY),
        ({"hang": True}, Verdict.BROKEN), ({"token": 40125}, Verdict.AWAY),
        ({"token": 40164}, Verdict.AWAY),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_interface_is_told_from_what_is_wrong_with_a_notice(
    sender, wechat, mode, verdict
):
    if "token" not in mode:
        sender.send(message())
    wechat.behave(**mode)
    outcome = sender.send(message())
    assert outcome.verdict is verdict
    assert "oYp5" not in outcome.reason


def test_an_interface_that_is_not_reached_costs_no_try(wechat):
    nobody = accounts(api="http://127.0.0.1:9")
    sender = sender_with(**settings(wechat, WECHAT_ACCOUNTS=nobody))
    assert sender.send(message()).verdict is Verdict.AWAY
    sender.rest()


def test_a_long_text_is_cut_to_what_wechat_shows(sender, wechat):
    sender.send(message(text="灯" * 2000))
    ((_, text),) = wechat.texts
    assert len(text.encode()) <= 2048
    assert text.endswith("灯……")


def test_an_id_without_an_account_goes_by_the_only_one(sender, wechat):
    assert sender.send(message(to=FOLLOWER)).verdict is Verdict.SENT
    assert sender.send(message(to=f"another:{FOLLOWER}")).verdict is Verdict.REFUSED


def test_the_sender_needs_an_account(wechat):
    with pytest.raises(ValueError, match="WECHAT_ACCOUNTS is needed"):
        sender_with(**settings(wechat, WECHAT_ACCOUNTS=""))


def test_the_sender_sends_by_no_other_medium(wechat):
    env = sample_secrets() | {"DATABASE_URL": "sqlite://"} | settings(wechat)
    with pytest.raises(ValueError, match="sends wechat, not sms"):
        make(read_settings(Settings, env), medium="sms")
