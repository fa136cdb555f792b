"""The office's working days, make-up workdays (调休) included."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version

import chinese_calendar

_SATURDAY = 5
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class NoticeDay:
    """A day that a yearly notice says is worked or off, and for which festival."""

    day: dt.date
    worked: bool
    name: str


@dataclass(frozen=True)
class Calendar:
    """Days that are worked: the seed table, and what the office imported over it.

    `days` says of single days whether they are worked; `years` are the years whose whole notice
    was imported. Both come before the seed, chinesecalendar's table of the State Council's notices.
    """

    days: Mapping[dt.date, bool] = field(default_factory=dict)
    years: frozenset[int] = frozenset()

    def is_working_day(self, day: dt.date) -> bool:
        """True for days that are worked; in years not yet published, Monday to Friday."""
        if day in self.days:
            return self.days[day]
        if day.year in self.years:
            return is_weekday(day)
        return _seed(day)

    def is_published(self, year: int) -> bool:
        """Whether the notice for a year is known; else its days are provisional (暂定)."""
        return year in self.years or _seed_has(year)

    def working_day_from(self, day: dt.date) -> dt.date:
        """`day` itself, or the first working day after it."""
        while not self.is_working_day(day):
            day += _ONE_DAY
        return day

    def add_working_days(self, day: dt.date, count: int) -> dt.date:
        """The `count`-th working day after `day`, which is not counted itself."""
        while count:
            day += _ONE_DAY
            count -= self.is_working_day(day)
        return day

    def with_notice(self, year: int, days: Mapping[dt.date, bool], *, full: bool) -> "Calendar":
        """This calendar with the notice of a year in place of what was imported for it."""
        others = {day: worked for day, worked in self.days.items() if day.year != year}
        return Calendar(others | dict(days), self.years | {year} if full else self.years - {year})

    def exceptions(self, year: int) -> Iterator[dt.date]:
        """The days of a year that differ from a plain week of Monday to Friday."""
        day = dt.date(year, 1, 1)
        while day.year == year:
            if self.is_working_day(day) != is_weekday(day):
                yield day
            day += _ONE_DAY


SEED = Calendar()
"""What is known without any import."""


def is_weekday(day: dt.date) -> bool:
    """Monday to Friday."""
    return day.weekday() < _SATURDAY


def seed_name(day: dt.date) -> str:
    """The festival that the seed table gives for a day; empty where it gives none."""
    try:
        festival = chinese_calendar.get_holiday_detail(day)[1]
    except NotImplementedError:
        return ""
    return chinese_calendar.Holiday(festival).chinese if festival else ""


def seed_source() -> str:
    """What the seed table is, for people who ask where a day comes from."""
    return f"国务院办公厅历年放假通知（chinesecalendar {version('chinesecalendar')}）"


def seed_until() -> int:
    """The last year that the seed table knows."""
    return max(day.year for day in chinese_calendar.holidays)


@lru_cache(maxsize=16_384)
def _seed(day: dt.date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return is_weekday(day)


@lru_cache(maxsize=256)
def _seed_has(year: int) -> bool:
    try:
        chinese_calendar.is_workday(dt.date(year, 1, 1))
    except NotImplementedError:
        return False
    return True
