"""The numbers of the leader's page: each is counted by the filters of the list behind it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from console.domain.case_filters import STAGE_NAMES

_SOON = dt.timedelta(days=3)
_WEEK = dt.timedelta(days=6)
_MONTH = dt.timedelta(days=29)


@dataclass(frozen=True)
class Number:
    """A number that leads to cases: the filters by which it is counted and listed."""

    name: str
    title: str
    icon: str
    filters: Mapping[str, str]


def numbers(today: dt.date) -> tuple[Number, ...]:
    """What a leader asks for first."""
    day = today.isoformat()
    soon, week = (today + _SOON).isoformat(), (today - _WEEK).isoformat()
    return (
        Number("today", "今日收到", "inbox", {"received_from": day}),
        Number("week", "近七日收到", "calendar-week", {"received_from": week}),
        Number("overdue", "已超期", "x-octagon", {"overdue": "true", "sort": "due"}),
        Number("soon", "三日内到期或已超期", "alarm", {"due_before": soon, "sort": "due"}),
    )


def rated_since(today: dt.date) -> dt.date:
    """The first of the thirty days whose evaluations the page shows: of all years there would be
    too many to add up while somebody waits, and they would no longer move."""
    return today - _MONTH


def stages() -> tuple[Number, ...]:
    """The stages of the procedure in which a case may stand."""
    return tuple(Number(f"stage-{n}", name, "", {"stage": name})
                 for n, name in enumerate(STAGE_NAMES))  # fmt: skip


@dataclass(frozen=True)
class Rated:
    """How a unit was evaluated: how many answered, and how many of them were satisfied."""

    unit: str
    opened: int
    recorded: int
    satisfied: int
    dissatisfied: int
    simulated: int

    @property
    def rate(self) -> str:
        """The share that was at least basically satisfied."""
        return f"{round(100 * self.satisfied / self.recorded)}%" if self.recorded else "—"


def rated(rows: Iterable[Mapping[str, Any]], *, names: Mapping[str, str]) -> list[Rated]:
    """The units whose handling was evaluated, the most dissatisfied first."""
    found = [
        Rated(
            names.get(row["unit"], row["unit"]),
            row["opened"],
            row["recorded"],
            row["satisfied"] + row["basically_satisfied"],
            row["dissatisfied"],
            row["simulated"],
        )
        for row in rows
        if row["object"] == "handling_unit"
    ]
    return sorted(found, key=lambda one: (-one.dissatisfied, -one.recorded, one.unit))
