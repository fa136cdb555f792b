"""What a guard looks at: the case, who wants to do what to it, and whom it concerns."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from routing.domain.answer_checks import Checks, Finding
from routing.domain.calendar import Calendar
from routing.domain.procedure import Action, Procedure

REVIEWED_IN = {
    "reviewing": "review",
    "review_decided": "review",
    "re_reviewing": "re_review",
    "re_review_decided": "re_review",
}
"""States of a case that is before its reviewing body -> which of the two it is there for."""


@dataclass(frozen=True)
class Office:
    """A unit as guards need it; `line` is itself and every unit above it."""

    code: str
    name: str
    kind: str
    secret_lane: bool
    external: bool
    line: tuple[str, ...]


@dataclass(frozen=True)
class Actor:
    """Who acts: account, roles, own unit, units acted for."""

    account: str
    roles: frozenset[str]
    unit: str | None
    scope: frozenset[str]
    whole_district: bool


@dataclass(frozen=True)
class Approved:
    """An approved opinion: what the checks find in it today, and what a review decides by it."""

    findings: tuple[Finding, ...]
    decision: str | None


@dataclass(frozen=True)
class Scene:
    """An action about to be taken; every guard decides from this alone."""

    case: Mapping[str, Any]
    action: Action
    body: Mapping[str, Any]
    by: Actor
    at: dt.datetime
    day: dt.date
    procedure: Procedure
    calendar: Calendar
    lead: Office | None = None
    named: Mapping[str, Office] = field(default_factory=dict)
    """The units that the body names, by code; one that does not exist is absent."""
    accused_units: frozenset[str] = frozenset()
    accused_accounts: frozenset[str] = frozenset()
    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Co-handling units -> their part: kind, state, answer."""
    heirs: Mapping[str, Office] = field(default_factory=dict)
    """Who took over a unit that is no more, of those named and the lead (T22 Art.24(2))."""
    other: Mapping[str, Any] | None = None
    """The other case that the body names, where the caller may see it."""
    other_lead: Office | None = None
    deciders: frozenset[tuple[str, str]] = frozenset()
    """Accounts that wrote or decided the opinions of this case, and by which action."""
    checks: Checks | None = None
    """The office's checks of an answer's words."""
    approved: Approved | None = None
    """The approved opinion that the action would issue, where there is one."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """What earlier steps left on the case."""
        found: Mapping[str, Any] = self.case["facts"]
        return found

    @property
    def reviewing_body(self) -> str | None:
        """The unit that reviews or re-reviews now, where the case names it."""
        state = self.case["resume_state"] if self.case["state"] == "hearing" else self.case["state"]
        level = REVIEWED_IN.get(state)
        body: str | None = (self.facts.get(level) or {}).get("body") if level else None
        return body

    def value(self, parameter: str) -> Any:
        """An office's value of a parameter."""
        return self.procedure.value(parameter)


@dataclass(frozen=True)
class Refusal:
    """Why not: a stable code, both languages, the rule's basis, and the fields at fault."""

    code: str
    message: str
    basis: str
    errors: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    invalid: bool = False
    """True where the body is at fault (422), not the state of things (409)."""
