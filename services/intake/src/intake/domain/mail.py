"""Rules of e-mail: what tells a message from another, and what nobody wrote by hand."""

import hashlib
from collections.abc import Collection, Mapping, Sequence

from intake.domain.registration import PETITION_NO

REGISTERED, SUPPLEMENTED, PARKED = "registered", "supplemented", "parked"
AUTOMATIC, AGAIN = "automatic", "again"
OUTCOMES = (REGISTERED, SUPPLEMENTED, PARKED, AUTOMATIC, AGAIN)
"""What becomes of a message; `again` is one that had been settled and was only moved."""

_BULK = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply"})
_REPORTS = ("multipart/report", "message/delivery-status", "message/disposition-notification")
_TELLTALES = ("list-id", "x-autoreply", "x-autorespond", "x-loop")


def message_key(message_id: str) -> str:
    """The digest by which a Message-ID is known; it may hold an address, so it is not kept."""
    return hashlib.sha256(message_id.strip().encode("utf-8", "surrogateescape")).hexdigest()


def notice_of(message_id: str) -> str:
    """The notice that a Message-ID of ours names; a mail of a stranger names none."""
    return message_id.strip().removeprefix("<").partition("@")[0][:36]


def petition_nos(subject: str) -> list[str]:
    """The petition numbers in a subject, each once."""
    return list(dict.fromkeys(PETITION_NO.findall(subject.upper())))


def is_automatic(
    headers: Mapping[str, Sequence[str]],
    *,
    content_type: str,
    sender: str | None,
    ours: Collection[str],
) -> bool:
    """Whether a machine wrote a message: to answer or register it could begin a loop (RFC 3834).

    `headers` have lower-case names, `ours` are the addresses we write from, in lower case.
    """

    def first(name: str) -> str:
        return next(iter(headers.get(name, ())), "").strip().lower()

    local = (sender or "").lower().partition("@")[0]
    return (
        (sender or "").lower() in ours
        or local == "mailer-daemon"
        or content_type in _REPORTS
        or first("auto-submitted").partition(";")[0].strip() not in ("", "no")
        or first("precedence") in _BULK
        or first("x-auto-response-suppress") not in ("", "none")
        or first("return-path") == "<>"
        or any(name in headers for name in _TELLTALES)
    )
