"""The two tables of units as CSV: read with a reason for each wrong cell, and written."""

import csv
import io
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from routing.domain.jurisdiction import ANY, Responsibility
from routing.domain.unit_cells import ALWAYS, WrongCell, read_cell, write_shares
from routing.domain.units import COLUMNS, KINDS, UnitRecord, row_of
from shared.csv_table import Line, LineFault, read_lines
from shared.errors import both

UNIT_COLUMNS = COLUMNS
RESPONSIBILITY_COLUMNS = ("category", "area", "unit", "priority", "valid_from", "valid_to")
_HEADINGS = {
    "编码": "code", "名称": "name", "类型": "kind", "上级": "parent", "可收检举控告": "secret_lane",
    "层级": "level", "外部": "external", "生效日": "valid_from", "失效日": "valid_to",
    "承接单位": "successors", "复查机关": "review_body", "地址": "address", "联系方式": "contact",
    "类别": "category", "区域": "area", "单位": "unit", "优先级": "priority",
}  # fmt: skip


def _rows(
    text: str, columns: Container[str], required: Iterable[str], found: list[LineFault]
) -> Iterator[Line]:
    return read_lines(text, headings=_HEADINGS, columns=columns, required=required, found=found)


def _read(cells: Mapping[str, str], line: int, found: list[LineFault]) -> dict[str, Any] | None:
    """A line's values, or None after its faults were added to `found`."""
    values: dict[str, Any] = {}
    before = len(found)
    for column, cell in cells.items():
        try:
            values[column] = read_cell(column, cell)
        except WrongCell as error:
            found.append(LineFault(line, column, str(error)))
    return values if len(found) == before else None


def read_units(
    text: str, *, known: Mapping[str, UnitRecord]
) -> tuple[dict[str, UnitRecord], dict[str, int], list[LineFault]]:
    """The units of a table, the line of each, and what is wrong with single cells.

    Of a column that the table does not have, each unit keeps what it has in `known`. Of kinds that
    are none of KINDS, a unit may keep its own.
    """
    units: dict[str, UnitRecord] = {}
    lines: dict[str, int] = {}
    found: list[LineFault] = []
    required = ("code", "name", "kind")
    for line, cells in _rows(text, UNIT_COLUMNS, required, found):
        values = _read(cells, line, found)
        if values is None:
            continue
        code, kind = values["code"], values["kind"]
        old = known.get(code)
        if code in lines:
            twice = both(f"与第{lines[code]}行的编码相同。", f"Line {lines[code]} has this code.")
            found.append(LineFault(line, "code", twice))
        elif kind not in KINDS and (old is None or old.kind != kind):
            choices = "、".join(KINDS)
            other = both(f"应为以下之一：{choices}。", f"Must be one of: {choices}.")
            found.append(LineFault(line, "kind", other))
        else:
            lines[code] = line
            units[code] = UnitRecord(**{**_kept(old), **values})
    return units, lines, found


def _kept(old: UnitRecord | None) -> dict[str, Any]:
    if old is None:
        return {}
    return {name: getattr(old, name) for name in COLUMNS}


def read_responsibilities(
    text: str, *, units: Container[str], categories: Container[str]
) -> tuple[dict[Responsibility, int], list[LineFault]]:
    """The responsibilities of a table with the line of each, and what is wrong with it."""
    rows: dict[Responsibility, int] = {}
    periods: dict[tuple[str, str, str], list[Responsibility]] = {}
    found: list[LineFault] = []
    required = ("category", "area", "unit")
    for line, cells in _rows(text, RESPONSIBILITY_COLUMNS, required, found):
        values = _read(cells, line, found)
        if values is None:
            continue
        row = Responsibility(
            category=values["category"],
            area=values["area"],
            unit=values["unit"],
            valid_from=values.get("valid_from") or ALWAYS,
            valid_to=values.get("valid_to"),
            priority=values.get("priority", 1),
        )
        same = periods.setdefault((row.category, row.area, row.unit), [])
        wrong = list(_wrong_row(row, line, units=units, categories=categories))
        for other in same:
            if _overlap(row, other):
                twice = both(
                    f"与第{rows[other]}行的类别、区域、单位相同，有效期重叠。",
                    f"Line {rows[other]} says the same of an overlapping period.",
                )
                wrong.append(LineFault(line, "valid_from", twice))
        found.extend(wrong)
        if not wrong:
            same.append(row)
            rows[row] = line
    return rows, found


def _wrong_row(
    row: Responsibility, line: int, *, units: Container[str], categories: Container[str]
) -> Iterator[LineFault]:
    if row.category != ANY and row.category not in categories:
        none = both(f"没有类别{row.category}。", f"There is no category {row.category}.")
        yield LineFault(line, "category", none)
    if row.area != ANY and row.area not in units:
        nowhere = both(f"没有区域{row.area}。", f"There is no area {row.area}.")
        yield LineFault(line, "area", nowhere)
    if row.unit not in units:
        gone = both(f"没有单位{row.unit}。", f"There is no unit {row.unit}.")
        yield LineFault(line, "unit", gone)
    if row.valid_to is not None and row.valid_to < row.valid_from:
        yield LineFault(line, "valid_to", both("失效日早于生效日。", "Ends before it begins."))


def _overlap(one: Responsibility, other: Responsibility) -> bool:
    return (one.valid_to is None or other.valid_from <= one.valid_to) and (
        other.valid_to is None or one.valid_from <= other.valid_to
    )


def write_units(units: Iterable[UnitRecord]) -> str:
    """The table of units, as `read_units` takes it."""
    return _written(UNIT_COLUMNS, (_unit_cells(unit) for unit in units))


def write_responsibilities(rows: Iterable[Responsibility]) -> str:
    """The table of responsibilities, as `read_responsibilities` takes it."""
    return _written(
        RESPONSIBILITY_COLUMNS,
        (
            (
                row.category, row.area, row.unit, row.priority,
                "" if row.valid_from == ALWAYS else row.valid_from, row.valid_to,
            )
            for row in rows
        ),
    )  # fmt: skip


def _written(heading: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows(rows)
    return out.getvalue()


def _unit_cells(unit: UnitRecord) -> Iterator[Any]:
    for name, value in row_of(unit).items():
        if name == "successors":
            yield write_shares(unit.successors)
        elif isinstance(value, bool):
            yield "true" if value else "false"
        else:
            yield value
