"""Time: the office's time zone decides days; storage and the wire are UTC."""

import datetime as dt
from typing import Protocol
from zoneinfo import ZoneInfo

OFFICE_TZ = ZoneInfo("Asia/Shanghai")
EARLIEST = dt.datetime(1949, 10, 1, tzinfo=dt.UTC)
LATEST = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)


class Clock(Protocol):
    """Tells the time; injected, so that tests and imports choose theirs."""

    def now(self) -> dt.datetime: ...


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)


class FixedClock:
    """A clock that stands where a test puts it."""

    def __init__(self, at: dt.datetime) -> None:
        self.at = at

    def now(self) -> dt.datetime:
        return self.at

    def advance(self, **delta: float) -> None:
        self.at += dt.timedelta(**delta)


def office_day(moment: dt.datetime) -> dt.date:
    """The office's calendar day in which `moment` falls."""
    return moment.astimezone(OFFICE_TZ).date()


def long_day(day: dt.date) -> str:
    """A day as a sentence has it, 2026年3月2日 (GB/T 9704-2012, 7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"


def day_ends(day: dt.date) -> dt.datetime:
    """The exclusive end of a local day: the start of the next one, in UTC (TCC 203(2))."""
    after = day + dt.timedelta(days=1)
    return dt.datetime.combine(after, dt.time(), OFFICE_TZ).astimezone(dt.UTC)


def wire(moment: dt.datetime | None) -> str | None:
    """RFC 3339 in UTC with microseconds and "Z", as written in events and answers."""
    if moment is None:
        return None
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_wire(text: str) -> dt.datetime:
    """An aware UTC time from RFC 3339; ValueError where the offset is missing."""
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no offset in {text!r}")
    return moment.astimezone(dt.UTC)
