"""A year's notice of holidays in the words in which it is typed, and the year as months."""

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_COLUMNS = {"日期": "day", "安排": "kind", "节日": "name"}
_KINDS = {"放假": "off", "上班": "worked"}
_NAMES = {code: name for name, code in _KINDS.items()}
_CELLS = re.compile(r"[,，\t]")


@dataclass(frozen=True)
class Day:
    """A day of a month: `off` and `worked` by the notice, `rest` at a weekend, else plain."""

    number: int
    kind: str
    name: str


@dataclass(frozen=True)
class Month:
    """A month in weeks from Monday; None where a week has days of another month."""

    number: int
    weeks: list[list[Day | None]]


def as_sent(typed: str) -> str:
    """What routing takes, line for line as it was typed, so that its line numbers are true."""
    return "\n".join(_sent(line) for line in typed.removeprefix("\ufeff").splitlines())


def as_read(table: str) -> str:
    """Routing's table in words."""
    return "\n".join(_read(line) for line in table.splitlines())


def reason_in_words(reason: str) -> str:
    """Why routing refuses a table, with the head of the table as people type it."""
    return reason.replace(",".join(_COLUMNS.values()), ",".join(_COLUMNS))


def months(year: int, days: Iterable[Mapping[str, Any]]) -> list[Month]:
    """The twelve months of a year, with what the notice says of their days."""
    said = {one["day"]: one for one in days}
    weeks = calendar.Calendar()
    return [
        Month(
            number,
            [
                [_day(day, said) if day.month == number else None for day in week]
                for week in weeks.monthdatescalendar(year, number)
            ],
        )
        for number in range(1, 13)
    ]


def _sent(line: str) -> str:
    cells = [cell.strip() for cell in _CELLS.split(line)]
    if cells == list(_COLUMNS):
        return ",".join(_COLUMNS.values())
    if len(cells) == len(_COLUMNS):
        cells[1] = _KINDS.get(cells[1], cells[1])
    return ",".join(cells)


def _read(line: str) -> str:
    cells = line.split(",")
    if cells == list(_COLUMNS.values()):
        return ",".join(_COLUMNS)
    if len(cells) == len(_COLUMNS):
        cells[1] = _NAMES.get(cells[1], cells[1])
    return ",".join(cells)


def _day(day: dt.date, said: Mapping[str, Mapping[str, Any]]) -> Day:
    one = said.get(day.isoformat())
    if one is not None:
        return Day(day.day, one["kind"], one["name"])
    return Day(day.day, "rest" if day.isoweekday() > calendar.FRIDAY + 1 else "", "")
