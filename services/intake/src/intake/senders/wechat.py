"""WeChat by the official account's customer-service messages (客服消息).

Capabilities: one text a notice, cut to what WeChat shows; to followers who wrote or pressed a
button within 48 hours, to others not (`45015`): such a notice goes by another medium.
WeChat knows no key of ours: what was handed over just before a crash, or was not answered in time,
goes again, and may be read twice. What WeChat refused was not sent.
"""

from typing import Any

from intake.domain.notices import Message, Outcome, Verdict
from intake.domain.wechat import cut
from intake.wechat.accounts import read_accounts
from intake.wechat.client import Away
from intake.wechat.office import apis

_HOUR_S, _MINUTE_S = 3600.0, 60.0
CODES: dict[int, tuple[Verdict, str, float]] = {
    -1: (Verdict.LATER, "busy", 0.0),
    40003: (Verdict.REFUSED, "no such follower", 0.0),
    43004: (Verdict.ELSEWHERE, "follows no more", 0.0),
    45015: (Verdict.ELSEWHERE, "not within 48 hours of the follower's last message", 0.0),
    45047: (Verdict.LATER, "too many to this follower", 0.0),
    48002: (Verdict.ELSEWHERE, "the follower takes no messages", 0.0),
    50002: (Verdict.REFUSED, "the follower is barred", 0.0),
    45009: (Verdict.AWAY, "the day's calls are used up", _HOUR_S),
    45011: (Verdict.AWAY, "too many calls", _MINUTE_S),
    40013: (Verdict.AWAY, "wrong appid", _MINUTE_S),
    40125: (Verdict.AWAY, "wrong secret", _MINUTE_S),
    40164: (Verdict.AWAY, "our address is not on the account's list", _MINUTE_S),
    48001: (Verdict.AWAY, "the account may not do this", _MINUTE_S),
    40001: (Verdict.AWAY, "the token is refused", _MINUTE_S),
    40014: (Verdict.AWAY, "the token is refused", _MINUTE_S),
    41001: (Verdict.AWAY, "the token is refused", _MINUTE_S),
    42001: (Verdict.AWAY, "the token is refused", _MINUTE_S),
}
"""What WeChat's codes mean for a notice. Another code is of this notice, and it is tried again."""


def make(settings: Any, *, medium: str) -> "WeChatSender":
    """The sender of the accounts of WECHAT_ACCOUNTS; ValueError where there are none."""
    if medium != "wechat":
        raise ValueError(f"NOTICE_SENDERS: wechat sends wechat, not {medium}")
    accounts = read_accounts(settings.wechat_accounts)
    if not accounts:
        raise ValueError("WECHAT_ACCOUNTS is needed by the sender wechat")
    return WeChatSender(apis(accounts, timeout=settings.notice_timeout_seconds))


class WeChatSender:
    """Sends texts by the account that a follower is named with, or by the only one there is."""

    def __init__(self, accounts: Any) -> None:
        self._apis = accounts

    def send(self, message: Message) -> Outcome:
        """Send one notice."""
        account, _, openid = message.to.rpartition(":")
        alone = next(iter(self._apis.values())) if len(self._apis) == 1 else None
        api = self._apis.get(account) if account else alone
        if api is None:
            return Outcome(Verdict.REFUSED, "of none of our official accounts")
        try:
            answer = api.send_text(openid, cut(f"{message.title}\n{message.text}"))
        except Away as away:
            return Outcome(Verdict.BROKEN if away.sent else Verdict.AWAY, away.reason)
        if not answer.code:
            return Outcome(Verdict.SENT)
        verdict, why, wait_s = CODES.get(answer.code, (Verdict.LATER, "refused", 0.0))
        return Outcome(verdict, f"WeChat {answer.code}: {why}", wait_s=wait_s)

    def rest(self) -> None:
        """Close the connections of every account."""
        for api in self._apis.values():
            api.rest()
