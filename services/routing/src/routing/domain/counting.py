"""Counting periods: days (日), working days (工作日), months, by the rules of the Civil Code.

The first day is not counted (TCC 201). Months end on the day of the same number, or on the last
day of a shorter month (TCC 202). A last day that is not worked rolls to the next working day
(TCC 203, by analogy: a setting). A day ends at 24:00 (TCC 203(2)).
"""

import calendar as gregorian
import datetime as dt
from dataclasses import dataclass

from routing.domain.calendar import Calendar

_MONTHS = 12


@dataclass(frozen=True)
class Length:
    """How long a period runs: one of the three is set."""

    days: int = 0
    working_days: int = 0
    months: int = 0


@dataclass(frozen=True)
class Counted:
    """The end of a period: `nominal` as counted, `due` after rolling, and how it came about."""

    nominal: dt.date
    due: dt.date
    provisional: bool
    log: tuple[str, ...]


def count(
    first: dt.date, length: Length, *, calendar: Calendar, roll: bool, paused_days: int = 0
) -> Counted:
    """The end of a period that begins on `first`, which is not counted.

    `paused_days` are calendar days excluded from the period (T22 Art.36(2)). They are added to
    the nominal day; rolling comes last. An extension is counted from the unrolled last day of
    what it extends (T22 Art.34). It is provisional where it needed a year that is not published.
    """
    if length.working_days:
        nominal = calendar.add_working_days(first, length.working_days)
        log = [f"{first} + {length.working_days} 工作日 = {nominal}"]
    elif length.months:
        nominal = add_months(first, length.months)
        log = [f"{first} + {length.months} 个月 = {nominal}（TCC 202）"]
    else:
        nominal = first + dt.timedelta(days=length.days)
        log = [f"{first} + {length.days} 日 = {nominal}（TCC 201）"]
    if paused_days:
        nominal += dt.timedelta(days=paused_days)
        log.append(f"扣除 {paused_days} 日 = {nominal}")
    due = calendar.working_day_from(nominal) if roll else nominal
    if due != nominal:
        log.append(f"{nominal} 为休息日，顺延至 {due}（TCC 203）")
    asked_from = first if length.working_days else nominal
    unknown = [
        year
        for year in range(asked_from.year, due.year + 1)
        if (roll or length.working_days) and not calendar.is_published(year)
    ]
    if unknown:
        years = "、".join(map(str, unknown))
        log.append(f"{years} 年放假安排尚未公布，暂按周一至周五计算")
    return Counted(nominal, due, bool(unknown), tuple(log))


def add_months(day: dt.date, months: int) -> dt.date:
    """The day of the same number `months` later, or that month's last day."""
    index = day.month - 1 + months
    year, month = day.year + index // _MONTHS, index % _MONTHS + 1
    return dt.date(year, month, min(day.day, gregorian.monthrange(year, month)[1]))
