"""An answer of a case: of which kind it is, what its checks are to know, and how it stands."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from routing.domain.answer_checks import Finding
from routing.domain.opinion import KINDS, Context
from shared.clock import office_day

DRAFT, SUBMITTED, RETURNED, APPROVED, ISSUED = (
    "draft", "submitted", "returned", "approved", "issued",
)  # fmt: skip
STATUSES = {
    DRAFT: "起草中",
    SUBMITTED: "待审批",
    RETURNED: "已退回",
    APPROVED: "已批准",
    ISSUED: "已出具",
}
_LIMITS = {
    "petition": ("D6", "D5"),
    "simple": ("D14",),
    "duty": ("DP",),
    "review": ("D9b", "D9"),
    "re_review": ("D11b", "D11"),
}
"""The clocks within which each kind of opinion is due, the later one first."""


def kind_of_answer(case: Mapping[str, Any]) -> str | None:
    """Which kind of opinion answers the case; an accusation follows its own rules (T22 Art.30)."""
    if case["purpose"] == "suggestion":
        return "suggestion"
    if case["purpose"] == "accusation":
        return None
    if case["route"] == "duty":
        return "duty"
    return "simple" if case["handling"] == "simple" else "petition"


def context_for(
    case: Mapping[str, Any],
    *,
    kind: str,
    unit_name: str,
    today: dt.date,
    former: tuple[str, ...] = (),
    others: tuple[tuple[str, str], ...] = (),
) -> Context:
    """What the checks are to know of a case."""
    clocks = {clock["id"]: clock for clock in case["clocks"]}
    limits = [clocks[one] for one in _LIMITS.get(kind, ()) if one in clocks]
    facts = case["facts"] or {}
    accepted = case["accepted_at"]
    return Context(
        today=today,
        unit_name=unit_name,
        title=case["title"] or "",
        content=case["content"] or "",
        received_on=office_day(case["received_at"]),
        accepted_on=office_day(accepted) if accepted else None,
        due_on=dt.date.fromisoformat(limits[0]["due_day"]) if limits else None,
        extended="D6" in clocks,
        mediated="agreement" in facts,
        heard="hearing" in facts,
        former=(*former, *_redone(facts, kind)),
        others=others,
    )


def _redone(facts: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    """The opinion that a review had revoked, for whoever draws it up anew (TBJ 50)."""
    old = (facts.get("redo") or {}).get("opinion")
    return (old,) if old and KINDS[kind].level == "handling" else ()


def shown_finding(finding: Finding) -> dict[str, Any]:
    """A finding as it is answered."""
    return {
        "code": finding.code,
        "level": finding.level,
        "title": finding.title,
        "where": finding.where,
        "message": finding.zh,
        "message_en": finding.en,
        "basis": finding.basis,
    }
