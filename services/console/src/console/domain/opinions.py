"""A written opinion as a form: its parts by kind, begun from the case, read out of what was typed.

T22 Art.32: each claim is answered by itself, with facts, basis and what follows.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.clock import office_day

Sent = Callable[[str], list[str]]
_ROWS_MOST = 50


@dataclass(frozen=True)
class Kind:
    """A kind of opinion, the level at which it is given, and the next step it must name."""

    code: str
    name: str
    level: str
    remedy: str


KINDS = {
    kind.code: kind
    for kind in (
        Kind("petition", "信访处理意见书", "handling", "review"),
        Kind("simple", "信访事项简易办理答复意见书", "handling", "review"),
        Kind("duty", "履行法定职责答复书", "handling", "none"),
        Kind("suggestion", "建议意见答复书", "handling", "none"),
        Kind("review", "信访事项复查意见书", "review", "re_review"),
        Kind("re_review", "信访事项复核意见书", "re_review", "none"),
    )
}
KIND_NAMES = {kind.code: kind.name for kind in KINDS.values()}
LEVELS = {"handling": "办理", "review": "复查", "re_review": "复核"}
FINDINGS = {
    "block": ("x-octagon-fill", "red", "须改正"),
    "warn": ("exclamation-triangle-fill", "yellow", "请核对"),
    "hint": ("info-circle", "blue", "提示"),
}
"""By the level of a finding: its icon, colour and word."""
USUAL_REASONS = (
    "请逐项答复信访人的诉求后再报。",
    "请补充事实依据和法律依据后再报。",
    "请写明办理措施和完成时限后再报。",
)
"""Why an opinion usually goes back to its drafter."""
OUTCOMES = {
    "support": "予以支持",
    "partly": "部分支持",
    "explain": "解释说明",
    "not_supported": "不予支持",
}
DECISIONS = {
    "uphold": "维持原处理意见",
    "annul": "撤销原处理意见",
    "change": "变更原处理意见",
    "redo": "责令限期重新作出处理意见",
}
REMEDIES = {"review": "复查", "re_review": "复核", "none": "无"}
REMEDY_DAYS = 30

_CLAIM = ("claim", "finding", "answer", "outcome", "measures", "responsible", "done_by")
_BASIS = ("law", "article", "quote")
_LINES = ("received_from", "received_on", "facts", "handling", "contact", "phone", "signer")
_CODES = frozenset({"outcome", "decision"})
_DAYS = frozenset({"done_by", "received_on"})


def level_of(case: Mapping[str, Any]) -> str:
    """At which level an opinion on the case is drafted now."""
    return {"复查": "review", "复核": "re_review"}.get(case["stage"] or "", "handling")


def kinds_at(level: str) -> dict[str, str]:
    """The kinds of opinion at a level, by code and name."""
    return {kind.code: kind.name for kind in KINDS.values() if kind.level == level}


def begun(
    case: Mapping[str, Any], petitions: list[dict[str, Any]], units: Mapping[str, str]
) -> dict[str, Any]:
    """An opinion that nobody has drafted yet, with what is known of the case."""
    kind = _kind_for(case)
    first = petitions[0] if petitions else {}
    claim = first.get("claim") or case["title"] or ""
    return {
        "kind": kind,
        "claims": [{"claim": claim}],
        "received_on": office_day(dt.datetime.fromisoformat(case["received_at"])).isoformat(),
        "basis": [{}],
        "remedy": {"kind": KINDS[kind].remedy, "days": REMEDY_DAYS},
        "signer": _signer(case, units),
    }


def _signer(case: Mapping[str, Any], units: Mapping[str, str]) -> str:
    """The full name of whoever answers: the unit that handles, or the one that reviews."""
    body = (case["facts"].get(level_of(case)) or {}).get("body")
    return units.get(body or case["lead_unit"] or "", "")


def _kind_for(case: Mapping[str, Any]) -> str:
    level = level_of(case)
    if level != "handling":
        return level
    by_state = {"simple": "simple", "performing": "duty", "studying": "suggestion"}
    if case["state"] in by_state:
        return by_state[case["state"]]
    return "suggestion" if case["purpose"] == "suggestion" else "petition"


def read_opinion(sent: Sent) -> dict[str, Any]:
    """The opinion as routing takes it, from what was typed; what is open is left out."""
    opinion: dict[str, Any] = {"kind": _one("kind", sent)}
    for name in (*_LINES, "decision"):
        _put(opinion, name, _one(name, sent))
    opinion["claims"] = _rows("claims", _CLAIM, sent)
    opinion["basis"] = _rows("basis", _BASIS, sent)
    opinion["attachments"] = [
        line.strip() for line in _one("attachments", sent).splitlines() if line.strip()
    ]
    if remedy := _one("remedy-kind", sent):
        days = _one("remedy-days", sent)
        opinion["remedy"] = {"kind": remedy, "body": _one("remedy-body", sent)}
        if days.isdecimal():
            opinion["remedy"]["days"] = int(days)
    return opinion


def _one(name: str, sent: Sent) -> str:
    return next(iter(sent(name)), "").strip()


def _put(into: dict[str, Any], name: str, typed: str) -> None:
    if typed or name not in _CODES | _DAYS:
        into[name] = typed


def _rows(name: str, members: tuple[str, ...], sent: Sent) -> list[dict[str, Any]]:
    """The rows that something stands in, in their order."""
    rows = []
    for at in range(1, _ROWS_MOST + 1):
        typed = {member: _one(f"{name}-{at}-{member}", sent) for member in members}
        if any(typed.values()):
            row: dict[str, Any] = {}
            for member, value in typed.items():
                _put(row, member, value)
            rows.append(row)
    return rows


def field_of(where: str) -> str:
    """The form field that a finding is about: claims.0.answer -> claims-1-answer."""
    parts = where.split(".")
    if len(parts) > 1 and parts[1].isdecimal():
        parts[1] = str(int(parts[1]) + 1)
    return "-".join(parts)
