"""The period in which review may be asked for, and when a case that waits for it ends (N7)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from shared.clock import from_wire

WINDOWS = ("D8", "D10")
"""The clocks within which review and re-review are asked for (T22 Arts.35, 36)."""
WAITING = ("served", "review_served")
"""States in which a case waits for nothing but an application for review."""
NEVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
"""The end of a wait that no period ends: of what has no review."""


def window_of(clocks: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The period for review or re-review that began last: a redo begins anew with D8."""
    return next((clock for clock in reversed(clocks) if clock["id"] in WINDOWS), None)


def over_at(clocks: Sequence[Mapping[str, Any]], now: dt.datetime) -> dt.datetime | None:
    """When the period for review that began last was over, if it is."""
    window = window_of(clocks)
    due = from_wire(window["due_at"]) if window else None
    return due if due is not None and due <= now else None


def wait_ends_at(state: str, clocks: Sequence[Mapping[str, Any]]) -> dt.datetime | None:
    """When a case in this state ends by itself, NEVER if it does not; None where it waits not."""
    if state not in WAITING:
        return None
    window = window_of(clocks)
    return from_wire(window["due_at"]) if window else NEVER
