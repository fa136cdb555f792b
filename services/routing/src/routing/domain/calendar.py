"""The office's working days, make-up workdays (调休) included."""

import datetime as dt
from functools import lru_cache

import chinese_calendar

_SATURDAY = 5


@lru_cache(maxsize=16_384)
def is_working_day(day: dt.date) -> bool:
    """True for days that are worked; beyond the published years, Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < _SATURDAY


@lru_cache(maxsize=256)
def is_published(year: int) -> bool:
    """Whether the State Council's notice for a year is in the table; else days are provisional."""
    try:
        chinese_calendar.is_workday(dt.date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def working_day_from(day: dt.date) -> dt.date:
    """`day` itself, or the first working day after it."""
    while not is_working_day(day):
        day += dt.timedelta(days=1)
    return day


def add_working_days(day: dt.date, count: int) -> dt.date:
    """The `count`-th working day after `day`, which is not counted itself."""
    while count:
        day += dt.timedelta(days=1)
        count -= is_working_day(day)
    return day
