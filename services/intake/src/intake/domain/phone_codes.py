"""Phone codes (短信验证码): six digits that prove that who asks has the phone at hand."""

import datetime as dt
import hashlib
import hmac
import re
import secrets

PURPOSES = {
    "account": "登录",
    "withdraw": "撤回信访件",
    "supplement": "提交补充材料",
    "review": "申请复查",
    "re_review": "申请复核",
}
"""For what a code may be asked; it serves for nothing else."""
DIGITS = 6
LASTS = dt.timedelta(minutes=5)
APART = dt.timedelta(minutes=1)
"""Between two codes for one phone."""
WINDOW = dt.timedelta(hours=1)
MOST = {"phone": 5, "subject": 5, "address": 20}
"""Codes within the window: to one phone, for one petition, to who asks from one address."""
TRIES = 5
"""Wrong ones, after which a code is none any more."""

_APART = re.compile(r"[\s-]")


def new_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def code_digest(code: str, *, code_id: str, secret: str) -> bytes:
    """What is kept of a code; full-width digits, spaces and hyphens do not matter."""
    plain = "".join(str(int(c)) if c.isdecimal() else c for c in _APART.sub("", code))
    return hmac.digest(secret.encode(), f"phone-code/{code_id}:{plain}".encode(), hashlib.sha256)


def wait_for(sent: list[dt.datetime], *, kind: str, now: dt.datetime) -> dt.timedelta | None:
    """How long until one more may be sent after those that were; None if it may now."""
    recent = sorted(moment for moment in sent if moment > now - WINDOW)
    waits = []
    if len(recent) >= MOST[kind]:
        waits.append(recent[-MOST[kind]] + WINDOW - now)
    if kind == "phone" and recent:
        waits.append(recent[-1] + APART - now)
    return max((wait for wait in waits if wait > dt.timedelta()), default=None)
