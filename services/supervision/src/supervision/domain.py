"""Pure rules of supervision: lights and lateness."""

import datetime as dt
from collections.abc import Iterable

from shared.clock import office_day

WITHOUT_CASE = "petition_without_case"
RUNNING, DUTY = "running", "duty"

# What a settled clock shows; a running one shows how near its end is.
SETTLED_LIGHTS = {"met": "blue", "missed": "red", "cancelled": "grey"}
WORST_FIRST = ("red", "yellow", "green", "blue", "grey")


def is_overdue(*, kind: str, state: str, due_at: dt.datetime, now: dt.datetime) -> bool:
    """A duty still open when its last day is over; a window that nobody used merely closes."""
    return kind == DUTY and state == RUNNING and due_at <= now


def light_of(
    *, kind: str, state: str, due_at: dt.datetime, now: dt.datetime, yellow: dt.timedelta
) -> str:
    """The light of a clock at `now`: green, yellow, red while it runs; blue met; grey cancelled.

    How many days before the end yellow begins is the office's choice; no rule fixes it. A window
    is green while it is open and grey when it has closed.
    """
    if state != RUNNING:
        return SETTLED_LIGHTS.get(state, "grey")
    if kind != DUTY:
        return "grey" if due_at <= now else "green"
    if due_at <= now:
        return "red"
    return "yellow" if due_at - now <= yellow else "green"


def worst(lights: Iterable[str]) -> str:
    """The light of a case: its worst clock's; grey without clocks."""
    return min(lights, key=WORST_FIRST.index, default="grey")


def days_late(*, due_day: dt.date, now: dt.datetime) -> int:
    """Whole local days since the last day on which it would have been in time."""
    return max((office_day(now) - due_day).days, 0)
