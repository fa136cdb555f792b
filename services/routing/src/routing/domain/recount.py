"""Counting a clock again, once the calendar that it was counted with is known better."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from routing.domain.calendar import Calendar
from routing.domain.clocks import RUNNING
from routing.domain.counting import Length, count
from shared.clock import day_ends, from_wire, office_day, wire

_NEEDED = frozenset({"start", "nominal_day", "due_day", "length", "roll"})
_LENGTHS = frozenset({"days", "working_days", "months"})


def recomputed(clock: Mapping[str, Any], calendar: Calendar) -> dict[str, Any]:
    """The clock as `calendar` has it, with a line of what moved it; as it was where none did.

    Only running clocks move: what is met, missed or paused stays. A date that a letter sets
    never moves, and is not provisional for longer than its year. A clock that does not say how
    it was counted is left alone.
    """
    kept = dict(clock)
    if kept.get("state") != RUNNING or not kept.keys() >= _NEEDED:
        return kept
    length = kept["length"]
    if length is None:
        return kept | _letter(kept, calendar)
    if not length or not length.keys() <= _LENGTHS:
        return kept
    base = kept.get("base_day")
    first = dt.date.fromisoformat(base) if base else office_day(from_wire(kept["start"]))
    counted = count(
        first,
        Length(**length),
        calendar=calendar,
        roll=kept["roll"],
        paused_days=kept.get("paused_days") or 0,
    )
    found = {
        "nominal_day": counted.nominal.isoformat(),
        "due_day": counted.due.isoformat(),
        "due_at": wire(day_ends(counted.due)),
        "provisional": counted.provisional,
    }
    if all(kept.get(name) == value for name, value in found.items()):
        return kept
    before, after = kept["due_day"], found["due_day"]
    moved = f"到期日由 {before} 改为 {after}" if before != after else f"到期日仍为 {after}"
    line = f"放假安排公布，重新计算：{'；'.join(counted.log)}；{moved}"
    return kept | found | {"log": [*(kept.get("log") or ()), line]}


def moves(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether the last day is another one."""
    return bool(before.get("due_day") != after.get("due_day"))


def _letter(clock: Mapping[str, Any], calendar: Calendar) -> dict[str, Any]:
    year = dt.date.fromisoformat(clock["due_day"]).year
    settled = clock.get("provisional") and calendar.is_published(year)
    return {"provisional": False} if settled else {}
