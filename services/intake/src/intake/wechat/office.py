"""What is built of WECHAT_* once, at start."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from intake.domain.wechat import Form, read_words
from intake.wechat.accounts import Account, read_accounts
from intake.wechat.client import Api

_HOURS_MOST = 48
"""WeChat keeps pictures and voice notes for 72 hours, and they are fetched after the form."""


@dataclass(frozen=True)
class WeChat:
    """The official accounts, their interfaces, and the form by which one talks with followers."""

    accounts: Mapping[str, Account]
    apis: Mapping[str, Api]
    form: Form
    lasts: dt.timedelta
    hourly: int

    @classmethod
    def build(cls, settings: Any) -> "WeChat":
        """ValueError where words or settings are mistaken, so that the process does not start."""
        s = settings
        if not 1 <= s.wechat_session_hours <= _HOURS_MOST:
            raise ValueError(f"WECHAT_SESSION_HOURS must be 1 to {_HOURS_MOST}")
        if s.wechat_hourly < 1 or s.wechat_timeout_seconds <= 0:
            raise ValueError("WECHAT_HOURLY and WECHAT_TIMEOUT_SECONDS must be more than nothing")
        accounts = read_accounts(s.wechat_accounts)
        return cls(
            accounts=accounts,
            apis=apis(accounts, timeout=s.wechat_timeout_seconds),
            form=Form(
                words=read_words(),
                office=s.notice_office,
                where=s.notice_where,
                hours=s.wechat_session_hours,
                most=s.attachments_most,
            ),
            lasts=dt.timedelta(hours=s.wechat_session_hours),
            hourly=s.wechat_hourly,
        )


def apis(accounts: Mapping[str, Account], *, timeout: float) -> Mapping[str, Api]:
    """The interface of each account."""
    return {code: Api(account, timeout=timeout) for code, account in accounts.items()}
