"""Statutory clocks as a table: what starts each, how long it runs, what settles it, on what basis.

Periods (日): the first day is not counted (TCC 201); a last day that is not worked rolls to the
next working day (TCC 203, by analogy, a setting). Dates set in a letter never roll. A day ends at
24:00 Asia/Shanghai, so a due time is the start of the next local day, exclusive (TCC 203(2)).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from routing.domain import calendar
from shared.clock import day_ends, from_wire, office_day, wire

RUNNING, MET, MISSED, CANCELLED = "running", "met", "missed", "cancelled"
DUTY, WINDOW = "duty", "window"

Clocks = list[dict[str, Any]]


@dataclass(frozen=True)
class ClockRule:
    """One clock. `days` or `working_days` long, or until the date the letter sets (neither).

    A duty that is not done in time is overdue; a window merely closes.
    """

    id: str
    name: str
    basis: str
    kind: str
    starts_on: tuple[str, ...]
    settled_by: tuple[str, ...]
    days: int = 0
    working_days: int = 0
    not_for: tuple[str, ...] = ()


RULES = (
    ClockRule(
        "D1", "登记后转送或交办", "T22 Art.22", DUTY, ("open",), ("forward", "assign"),
        days=15,
    ),
    ClockRule(
        "D3", "告知接收情况及处理途径", "T22 Art.23(3)", DUTY, ("forward", "assign"), ("accept",),
        days=15, not_for=("accusation",),
    ),
    ClockRule(
        "D4", "对管辖提出异议", "T22 Art.23(3)", WINDOW, ("forward", "assign"), (),
        working_days=5, not_for=("accusation",),
    ),
    ClockRule(
        "D5", "办结并书面答复", "T22 Art.34", DUTY, ("accept",), ("serve",),
        days=60, not_for=("accusation", "suggestion"),
    ),
    ClockRule("D7", "反馈结果和办结报告", "T22 Art.22(三)", DUTY, ("assign",), ("serve",)),
)  # fmt: skip
"""Accusations follow their own rules (Arts.23(4), 30); suggestions have no limit (Art.29)."""

_ENDS_WINDOWS = ("accept", "close")


def apply(
    clocks: Sequence[Mapping[str, Any]],
    *,
    action: str,
    at: dt.datetime,
    purpose: str,
    roll: bool,
    started: dt.datetime | None = None,
    letter_date: dt.date | None = None,
) -> Clocks:
    """The clocks after an action at `at`: some settled, some started, on close all ended.

    `started` is when what starts a clock happened, if not at `at` (receipt, for D1).
    """
    after = [_settle(dict(clock), action=action, at=at) for clock in clocks]
    for rule in RULES:
        if action in rule.starts_on and purpose not in rule.not_for:
            after.append(start(rule, at=started or at, roll=roll, letter_date=letter_date))
    return after


def start(
    rule: ClockRule, *, at: dt.datetime, roll: bool, letter_date: dt.date | None = None
) -> dict[str, Any]:
    """A running clock of `rule`, begun on the office day of `at`."""
    first = office_day(at)
    if rule.working_days:
        nominal = due = calendar.add_working_days(first, rule.working_days)
    elif rule.days:
        nominal = first + dt.timedelta(days=rule.days)
        due = calendar.working_day_from(nominal) if roll else nominal
    else:
        assert letter_date is not None, f"{rule.id} runs until the date its letter sets"
        nominal = due = letter_date
    return {
        "id": rule.id,
        "name": rule.name,
        "basis": rule.basis,
        "kind": rule.kind,
        "start": wire(at),
        "nominal_day": nominal.isoformat(),
        "due_day": due.isoformat(),
        "due_at": wire(day_ends(due)),
        "state": RUNNING,
        "settled_at": None,
        "provisional": not calendar.is_published(due.year),
    }


def _settle(clock: dict[str, Any], *, action: str, at: dt.datetime) -> dict[str, Any]:
    if clock["state"] != RUNNING:
        return clock
    rule = next(rule for rule in RULES if rule.id == clock["id"])
    if action in rule.settled_by:
        clock["state"] = MET if at < from_wire(clock["due_at"]) else MISSED
        clock["settled_at"] = wire(at)
    elif action == "close" or (rule.kind == WINDOW and action in _ENDS_WINDOWS):
        clock["state"] = CANCELLED
        clock["settled_at"] = wire(at)
    return clock


def next_due(clocks: Sequence[Mapping[str, Any]]) -> dt.datetime | None:
    """When the first running duty is due; None where nothing is owed."""
    due = [
        from_wire(clock["due_at"])
        for clock in clocks
        if clock["state"] == RUNNING and clock["kind"] == DUTY
    ]
    return min(due, default=None)
