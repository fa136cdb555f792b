"""Rules of the exchange: what the city is sent, what its answers mean, when it is tried again."""

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from shared.states import name_of

SENT_FIELDS = (
    "case_id", "case_no", "state", "petition_nos", "channel", "purpose", "category",
    "category_name", "lead_unit", "lead_unit_name", "co_units", "clocks", "received_at",
    "opened_at", "classified_at", "accepted_at", "replied_at", "served_at", "closed_at",
    "close_reason", "report_due", "route", "handling",
)  # fmt: skip

# A wrong token or too much haste is the caller's trouble, not the row's: it is tried again.
TRIED_AGAIN = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
LONGEST_REF = 100
_MOST_DOUBLINGS = 30


class Verdict(enum.StrEnum):
    """What became of one call."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    LATER = "later"
    UNSENT = "unsent"


@dataclass(frozen=True)
class Reply:
    """A verdict with the city's reference (acknowledged) or the reason (refused, later)."""

    verdict: Verdict
    city_ref: str | None = None
    reason: str | None = None


UNSENT = Reply(Verdict.UNSENT)


def goes_to_city(header: Mapping[str, Any]) -> bool:
    """A case is told to the city once it is classified, and never from the secret lane."""
    return header["classified_at"] is not None and not header["secret"]


def payload(header: Mapping[str, Any], *, version: int) -> dict[str, Any]:
    """The part of a case header that the city gets, and the version it goes by there.

    It holds no personal data. A state goes by its code and by the name it has here.
    """
    sent = {name: header.get(name) for name in SENT_FIELDS}
    return sent | {"state_name": name_of(header["state"]), "version": version}


def idempotency_key(*, case_id: str, version: int) -> str:
    """The same for every try of the same exchange, and for no other."""
    return f"minsheng:{case_id}:{version}"


def judge(status: int, answer: Any, *, text: str) -> Reply:
    """What an HTTP answer of the city means; `answer` is its JSON, `text` its masked beginning."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        ref = answer.get("city_ref") if isinstance(answer, dict) else None
        if isinstance(ref, str) and 0 < len(ref) <= LONGEST_REF and ref.isprintable():
            return Reply(Verdict.ACKNOWLEDGED, city_ref=ref)
        return Reply(Verdict.LATER, reason=f"HTTP {status} without a city_ref")
    is_about_this = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    if is_about_this and status not in TRIED_AGAIN:
        return Reply(Verdict.REFUSED, reason=f"HTTP {status} {text}".strip())
    return Reply(Verdict.LATER, reason=f"HTTP {status}")


def wait_after(attempts: int, *, first: float, most: float) -> dt.timedelta:
    """The wait after the `attempts`th failure, from `first` seconds doubling up to `most`."""
    return dt.timedelta(seconds=min(first * 2 ** min(attempts - 1, _MOST_DOUBLINGS), most))
