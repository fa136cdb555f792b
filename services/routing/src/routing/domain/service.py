"""Service 送达: on which day a paper reached the petitioner, and what proves it.

T22 has no article on service, and its periods run from the day of receipt (Arts.35, 36). The
methods and their proof follow the Civil Procedure Law, Arts.87-95, by analogy.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.errors import both

NOTICE_DAYS = 30
_WITNESSES = 2


@dataclass(frozen=True)
class Proof:
    """One thing that proves a service: its field, names in both languages, whether it is a day.

    What is not `needed` is checked where it is given.
    """

    field: str
    zh: str
    en: str
    day: bool = False
    needed: bool = True


@dataclass(frozen=True)
class Method:
    """A way of serving: its proof, the day from which it counts, and the legal basis."""

    title: str
    basis: str
    proof: tuple[Proof, ...]
    day: str


def _day(field: str, zh: str, en: str) -> Proof:
    return Proof(field, zh, en, day=True)


_RECEIVED = _day("received_on", "签收日期", "day of receipt")
METHODS: dict[str, Method] = {
    "direct": Method(
        "直接送达",
        "TCP 87, 88",
        (Proof("signed_by", "签收人", "who signed"), _RECEIVED),
        "received_on",
    ),
    "family": Method(
        "同住成年家属签收",
        "TCP 88",
        (
            Proof("signed_by", "签收人", "who signed"),
            Proof("relation", "与受送达人的关系", "relation to the addressee"),
            _RECEIVED,
        ),
        "received_on",
    ),
    "agent": Method(
        "代理人签收",
        "TCP 88",
        (
            Proof("signed_by", "签收人", "who signed"),
            _RECEIVED,
        ),
        "received_on",
    ),
    "post": Method(
        "邮寄送达（挂号信）",
        "TCP 91",
        (
            Proof("tracking_no", "挂号邮件编号", "tracking number"),
            Proof("sent_on", "寄出日期", "day of posting", day=True, needed=False),
            _day("received_on", "回执上的收件日期", "day on the receipt"),
        ),
        "received_on",
    ),
    "left": Method(
        "留置送达",
        "TCP 89",
        (_day("received_on", "留置日期", "day on which it was left"),),
        "received_on",
    ),
    "electronic": Method(
        "电子送达",
        "TCP 90",
        (
            _day("consent_on", "受送达人同意电子送达的日期", "day of consent"),
            _day("sent_on", "发送日期", "day of sending"),
        ),
        "sent_on",
    ),
    "notice": Method(
        "公告送达", "TCP 95", (
            _day("published_on", "公告日期", "day of publication"),
            Proof("published_in", "公告载体", "where it was published"),
        ),
        "published_on",
    ),
}  # fmt: skip
"""How a paper may be served, and what must be recorded of it."""

NEEDED_FOR = {
    field: tuple(m for m, rule in METHODS.items() if field in {p.field for p in rule.proof})
    for field in {proof.field for rule in METHODS.values() for proof in rule.proof}
} | {"witnesses": ("left",)}
"""What each method must record, by field; a video may stand for the witnesses."""

EARLIER_ALLOWED = frozenset({"consent_on"})
"""Days that may lie before the paper was issued."""


def served_on(
    method: str, facts: Mapping[str, Any], *, notice_days: int = NOTICE_DAYS
) -> tuple[dt.date | None, dict[str, str]]:
    """The day on which the paper counts as served, and what is missing or wrong, by field.

    A day is a `date` or "YYYY-MM-DD". There is no day of service while anything is wrong.
    """
    rule = METHODS.get(method)
    if rule is None:
        names = "、".join(f"{code}（{rule.title}）" for code, rule in METHODS.items())
        return None, {
            "method": both(f"送达方式应为以下之一：{names}。", f"Must be one of: {names}.")
        }
    days: dict[str, dt.date] = {}
    problems: dict[str, str] = {}
    for proof in rule.proof:
        value = facts.get(proof.field)
        if value in (None, "", []):
            if proof.needed:
                problems[proof.field] = _missing(rule, proof)
        elif proof.day:
            day = as_day(value)
            if day is None:
                problems[proof.field] = _no_day(proof)
            else:
                days[proof.field] = day
    if more := _MORE.get(method):
        problems |= more(facts, days)
    if problems:
        return None, problems
    day = days[rule.day]
    return (day + dt.timedelta(days=notice_days) if method == "notice" else day), {}


def check_service(
    facts: Mapping[str, Any],
    *,
    issued_on: dt.date,
    today: dt.date,
    notice_days: int = NOTICE_DAYS,
) -> tuple[dt.date | None, dict[str, str]]:
    """The day of service, None while a public notice still runs, and the errors by field.

    Nothing is served before it was issued, and nothing that is recorded lies in the future.
    """
    method = str(facts.get("method") or "")
    day, problems = served_on(method, facts, notice_days=notice_days)
    rule = METHODS.get(method)
    for proof in rule.proof if rule else ():
        at = as_day(facts.get(proof.field)) if proof.day else None
        if at is None or proof.field in problems:
            continue
        if at < issued_on and proof.field not in EARLIER_ALLOWED:
            problems[proof.field] = both(
                f"{proof.zh}不能早于文书出具日期（{issued_on}）。",
                f"The {proof.en} may not be before the paper was issued ({issued_on}).",
            )
        elif at > today:
            problems[proof.field] = both(
                f"{proof.zh}不能晚于今天。", f"The {proof.en} may not lie in the future."
            )
    if problems or day is None or day > today:
        return None, problems
    return day, {}


def as_day(value: Any) -> dt.date | None:
    """A day from a `date` or its ISO text; None for anything else."""
    if isinstance(value, dt.datetime):
        return None
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _missing(rule: Method, proof: Proof) -> str:
    return both(
        f"{rule.title}必须记录{proof.zh}（{rule.basis}）。",
        f"This method needs the {proof.en} ({rule.basis}).",
    )


def _no_day(proof: Proof) -> str:
    return both(
        f"{proof.zh}应为日期，例如2026-03-02。",
        f"The {proof.en} must be a date such as 2026-03-02.",
    )


def _left(facts: Mapping[str, Any], days: Mapping[str, dt.date]) -> dict[str, str]:
    given = facts.get("witnesses")
    names = given if isinstance(given, list | tuple) else []
    present = {str(name).strip() for name in names if str(name).strip()}
    if len(present) >= _WITNESSES or facts.get("video"):
        return {}
    basis = METHODS["left"].basis
    return {
        "witnesses": both(
            f"留置送达须有两名见证人，或者附录像、照片编号（{basis}）。",
            f"Leaving a paper needs two witnesses or a video reference ({basis}).",
        )
    }


def _electronic(facts: Mapping[str, Any], days: Mapping[str, dt.date]) -> dict[str, str]:
    consent, sent = days.get("consent_on"), days.get("sent_on")
    if consent is None or sent is None or consent <= sent:
        return {}
    return {
        "consent_on": both(
            "须先取得同意，再电子送达。", "Consent must come before electronic service."
        )
    }


def _post(facts: Mapping[str, Any], days: Mapping[str, dt.date]) -> dict[str, str]:
    sent, received = days.get("sent_on"), days.get("received_on")
    if sent is None or received is None or sent <= received:
        return {}
    return {
        "received_on": both("收件日期不能早于寄出日期。", "May not be before the day of posting.")
    }


_MORE: dict[str, Callable[[Mapping[str, Any], Mapping[str, dt.date]], dict[str, str]]] = {
    "left": _left,
    "electronic": _electronic,
    "post": _post,
}
