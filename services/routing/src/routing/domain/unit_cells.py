"""Single cells of the two tables of units: each is read to a value or refused with a reason."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from routing.domain.jurisdiction import ANY
from routing.domain.units import KINDS, LEVELS, Share
from shared.clock import EARLIEST, LATEST
from shared.errors import both

ALWAYS = EARLIEST.date()
"""The first day of a responsibility that says none."""

UNIT_CODE = re.compile(r"[a-z][a-z0-9_-]{1,49}\Z")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})\Z", re.ASCII)
_LONGEST = {"name": 100, "address": 200, "contact": 100}
_FLAGS = {"true": True, "是": True, "1": True, "false": False, "否": False, "0": False, "": False}
_MOST_PRIORITY = 999
_LONGEST_CATEGORY = 50
_KIND_NAMES = {name: code for code, (name, _) in KINDS.items()}
_LEVEL_NAMES = {name: code for code, name in LEVELS.items()}


class WrongCell(ValueError):
    """A cell that cannot be read; the message is in both languages."""


def read_cell(column: str, cell: str) -> Any:
    """The value of a column's cell; WrongCell says why there is none."""
    if control := _UNPRINTABLE.search(cell):
        name = f"U+{ord(control.group()):04X}"
        raise WrongCell(both(f"含有控制字符（{name}）。", f"Has a control character ({name})."))
    return _READERS[column](cell)


def write_shares(shares: Iterable[Share]) -> str:
    """Successors in one cell: `unit:category|category@area|area; unit`."""
    return "; ".join(
        share.unit
        + (":" + "|".join(share.categories) if share.categories else "")
        + ("@" + "|".join(share.areas) if share.areas else "")
        for share in shares
    )


def _text(column: str) -> Callable[[str], str | None]:
    longest = _LONGEST[column]

    def read(cell: str) -> str | None:
        if len(cell) > longest:
            raise WrongCell(both(f"最多{longest}个字。", f"At most {longest} characters."))
        return cell or None

    return read


def _name(cell: str) -> str:
    if not cell:
        raise WrongCell(both("不能为空。", "May not be empty."))
    return _text("name")(cell) or ""


def _code(cell: str) -> str:
    if not UNIT_CODE.match(cell):
        raise WrongCell(
            both("应为2至50个小写字母、数字或连字符。", "Lower-case letters, digits, hyphens.")
        )
    return cell


def _maybe_code(cell: str) -> str | None:
    return _code(cell) if cell else None


def _area(cell: str) -> str:
    return ANY if cell == ANY else _code(cell)


def _category(cell: str) -> str:
    if not cell or len(cell) > _LONGEST_CATEGORY:
        raise WrongCell(both("应为类别编码或*。", "Must be a category's code or *."))
    return cell


def _kind(cell: str) -> str:
    return _KIND_NAMES.get(cell, cell)


def _level(cell: str) -> str | None:
    level = _LEVEL_NAMES.get(cell, cell)
    if level and level not in LEVELS:
        choices = "、".join(LEVELS)
        raise WrongCell(both(f"应为以下之一：{choices}。", f"Must be one of: {choices}."))
    return level or None


def _flag(cell: str) -> bool:
    if cell.lower() not in _FLAGS:
        raise WrongCell(both("应为true或false。", "Must be true or false."))
    return _FLAGS[cell.lower()]


def _day(cell: str) -> dt.date | None:
    if not cell:
        return None
    match = _DAY.match(cell)
    try:
        day = dt.date(*map(int, match.groups())) if match else None
    except ValueError:
        day = None
    if day is None or not ALWAYS <= day < LATEST.date():
        raise WrongCell(both("应为日期，例如2026-03-02。", "Must be a date such as 2026-03-02."))
    return day


def _priority(cell: str) -> int:
    if not cell:
        return 1
    if not re.fullmatch(r"\d{1,3}", cell, re.ASCII) or int(cell) < 1:
        raise WrongCell(
            both(f"应为1至{_MOST_PRIORITY}的整数。", f"A whole number, 1 to {_MOST_PRIORITY}.")
        )
    return int(cell)


def _shares(cell: str) -> tuple[Share, ...]:
    return tuple(_share(part.strip()) for part in re.split("[;；]", cell) if part.strip())


def _share(part: str) -> Share:
    rest, _, areas = part.partition("@")
    unit, _, categories = rest.partition(":")
    return Share(
        _code(unit.strip()),
        tuple(_category(one.strip()) for one in categories.split("|") if one.strip()),
        tuple(_code(one.strip()) for one in areas.split("|") if one.strip()),
    )


_READERS: Mapping[str, Callable[[str], Any]] = {
    "code": _code, "name": _name, "kind": _kind, "parent": _maybe_code, "secret_lane": _flag,
    "level": _level, "external": _flag, "valid_from": _day, "valid_to": _day,
    "successors": _shares, "review_body": _maybe_code, "address": _text("address"),
    "contact": _text("contact"), "category": _category, "area": _area, "unit": _code,
    "priority": _priority,
}  # fmt: skip
