"""Rules of registration: purposes, the secret lane, numbers, query codes."""

import datetime as dt
import hashlib
import hmac
import re
import secrets

from shared.clock import office_day

PURPOSES = {
    "petition": "申诉求决",
    "suggestion": "建议意见",
    "accusation": "检举控告",
    "inquiry": "咨询",
    "other": "其他",
}
CLAIMS = {"paper": "制作文书"}
"""For what another service may fetch an identity by claim check."""
AHEAD_MOST = dt.timedelta(minutes=5)
SESSION_LASTS = dt.timedelta(hours=1)
WRONG_CODE_WINDOW = dt.timedelta(hours=1)

_CODE_LETTERS, _CODE_BITS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ", 5
_CODE_LENGTH = 10


def is_secret(*, purpose: str, secrecy: bool) -> bool:
    """The secret lane: what accuses, and whatever the petitioner wants kept secret (T22 Art.30)."""
    return secrecy or purpose == "accusation"


def petition_no(seq: int, registered_at: dt.datetime) -> str:
    """A petition's number, such as XF202600000123; the year is the office's. Gaps are normal."""
    return f"XF{office_day(registered_at).year}{seq:08d}"


def new_query_code() -> str:
    """Ten random letters and digits (50 bits), without those that look alike."""
    drawn = secrets.randbits(_CODE_BITS * _CODE_LENGTH)
    return "".join(
        _CODE_LETTERS[drawn >> _CODE_BITS * at & len(_CODE_LETTERS) - 1]
        for at in range(_CODE_LENGTH)
    )


def query_code_digest(code: str, *, petition_id: str, secret: str) -> bytes:
    """What is kept of a query code; spaces, hyphens and case do not matter."""
    normal = re.sub(r"[\s-]", "", code).upper()
    return hmac.new(secret.encode(), f"{petition_id}:{normal}".encode(), hashlib.sha256).digest()
