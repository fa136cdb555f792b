"""The tables of units and responsibilities, in the words in which an office keeps them.

Routing reads these words as it reads its own codes, so a table may go out, be changed in a
spreadsheet and come back.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

KINDS = {
    "bureau": "信访部门",
    "department": "部门",
    "subdistrict": "街道",
    "community": "社区",
    "social": "社会组织",
    "discipline": "纪检监察机关",
    "politics_law": "政法机关",
    "organisation_dept": "组织部门",
    "party_government": "党委政府",
    "joint_meeting": "联席会议办公室",
    "superior": "上级机关",
}
LEVELS = {
    "community": "社区",
    "subdistrict": "街道",
    "district": "区",
    "city": "市",
    "province": "省",
    "nation": "国家",
}
HEADINGS = {
    "code": "编码",
    "name": "名称",
    "kind": "类型",
    "parent": "上级",
    "secret_lane": "可收检举控告",
    "level": "层级",
    "external": "外部",
    "valid_from": "生效日",
    "valid_to": "失效日",
    "successors": "承接单位",
    "review_body": "复查机关",
    "address": "地址",
    "contact": "联系方式",
    "category": "类别",
    "area": "区域",
    "unit": "单位",
    "priority": "优先级",
}
TABLES = {"units": "单位表", "responsibilities": "职责表"}
CHANGES = {"added": "新增", "changed": "修改", "ended": "终止"}
_CELLS = {
    "kind": KINDS,
    "level": LEVELS,
    "secret_lane": {"true": "是", "false": "否"},
    "external": {"true": "是", "false": "否"},
}
_ANY = "*"
_IN, _TO = " × ", " → "


@dataclass(frozen=True)
class Branch:
    """A unit with those below it."""

    unit: Mapping[str, Any]
    below: "tuple[Branch, ...]"


def tree(units: Iterable[Mapping[str, Any]]) -> tuple[Branch, ...]:
    """The units as they stand under one another; the bureau first, then by kind and name."""
    known = {one["code"]: one for one in units}
    below: dict[str | None, list[Mapping[str, Any]]] = {}
    for one in known.values():
        below.setdefault(one["parent"] if one["parent"] in known else None, []).append(one)
    places = list(KINDS)

    def place(one: Mapping[str, Any]) -> tuple[int, str]:
        kind = one["kind"]
        return places.index(kind) if kind in places else len(places), str(one["name"])

    def grow(parent: str | None) -> tuple[Branch, ...]:
        return tuple(
            Branch(one, grow(one["code"])) for one in sorted(below.get(parent, ()), key=place)
        )

    return grow(None)


def in_words(table: str) -> str:
    """A table as routing writes it, with headings and kinds that people read."""
    rows = csv.reader(io.StringIO(table))
    columns = next(rows, [])
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADINGS.get(column, column) for column in columns)
    for row in rows:
        cells = zip(columns, row, strict=False)
        writer.writerow(_CELLS.get(column, {}).get(cell, cell) for column, cell in cells)
    return out.getvalue()


def names_in(table: str) -> dict[str, str]:
    """The names that a table gives its units, by their codes; none where it cannot be read."""
    rows = csv.reader(io.StringIO(table.removeprefix("\ufeff")))
    try:
        columns = [cell.strip() for cell in next(rows, [])]
        code, name = (_at(columns, wanted) for wanted in ("code", "name"))
        return {row[code].strip(): row[name].strip() for row in rows if len(row) > max(code, name)}
    except (ValueError, csv.Error):
        return {}


def told(what: str, *, units: Mapping[str, str], categories: Mapping[str, str]) -> str:
    """What changes, with names for the codes: a unit, or `category × area → unit`.

    A category and a unit may have the same code, so each part has its own names.
    """
    duty, arrow, unit = what.rpartition(_TO)
    if not arrow:
        return _named(what, units)
    category, _, area = duty.partition(_IN)
    return f"{_named(category, categories)}{_IN}{_named(area, units)}{_TO}{_named(unit, units)}"


def _named(part: str, names: Mapping[str, str]) -> str:
    return "全部" if part == _ANY else names.get(part, part)


def _at(columns: list[str], wanted: str) -> int:
    """Where a column is, under its code or its heading; ValueError where it is not."""
    return columns.index(wanted) if wanted in columns else columns.index(HEADINGS[wanted])


def rows_of(table: str) -> Iterator[dict[str, str]]:
    """The rows of a table as routing writes it."""
    return csv.DictReader(io.StringIO(table))
