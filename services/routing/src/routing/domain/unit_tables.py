"""The two tables of units as CSV: read with a reason for each wrong cell, and written."""

import csv
import io
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from routing.domain.jurisdiction import ANY, Responsibility
from routing.domain.unit_cells import ALWAYS, WrongCell, read_cell, write_shares
from routing.domain.units import COLUMNS, KINDS, UnitRecord, row_of
from shared.errors import both

UNIT_COLUMNS = COLUMNS
RESPONSIBILITY_COLUMNS = ("category", "area", "unit", "priority", "valid_from", "valid_to")
_HEADINGS = {
    "编码": "code", "名称": "name", "类型": "kind", "上级": "parent", "可收检举控告": "secret_lane",
    "层级": "level", "外部": "external", "生效日": "valid_from", "失效日": "valid_to",
    "承接单位": "successors", "复查机关": "review_body", "地址": "address", "联系方式": "contact",
    "类别": "category", "区域": "area", "单位": "unit", "优先级": "priority",
}  # fmt: skip


class LineFault(NamedTuple):
    """What is wrong in a table: line (the header's is 1, 0 where there is none), column, reason."""

    line: int
    column: str
    reason: str


Row = tuple[int, dict[str, str]]


def decode(data: bytes) -> str:
    """A table's text: UTF-8 with or without a mark, else GB18030; ValueError for anything else."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _rows(
    text: str, *, columns: Container[str], required: Iterable[str], found: list[LineFault]
) -> Iterator[Row]:
    """Each line's cells by column, with English or Chinese headings; faults are added to `found`.

    An empty line is passed over. A column that the file does not have is in no row.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        heading = [_HEADINGS.get(name.strip(), name.strip()) for name in next(reader, [])]
        wrong = list(_wrong_heading(heading, columns, required))
        found.extend(wrong)
        if wrong:
            return
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) == len(heading):
                    named = {n: c.strip() for n, c in zip(heading, cells, strict=True)}
                    yield line, named
                else:
                    found.append(_wrong_width(line, len(heading), len(cells)))
            line = reader.line_num + 1
    except csv.Error as error:
        broken = both(f"不是有效的CSV（{error}）。", f"Not valid CSV ({error}).")
        found.append(LineFault(reader.line_num, "", broken))


def _wrong_heading(
    heading: list[str], columns: Container[str], required: Iterable[str]
) -> Iterator[LineFault]:
    for name in required:
        if name not in heading:
            missing = both(f"缺少“{name}”列。", f"The column {name} is missing.")
            yield LineFault(1, name, missing)
    for n, name in enumerate(heading):
        if name not in columns:
            shown = (name if name.isprintable() else ascii(name))[:50]
            yield LineFault(1, "", both(f"没有“{shown}”这一列。", f"No such column: {shown}."))
        elif name in heading[:n]:
            yield LineFault(1, name, both(f"“{name}”列重复。", f"The column {name} is repeated."))


def _wrong_width(line: int, wanted: int, has: int) -> LineFault:
    return LineFault(
        line, "", both(f"应有{wanted}格，实有{has}格。", f"Needs {wanted} cells and has {has}.")
    )


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
    for line, cells in _rows(text, columns=UNIT_COLUMNS, required=required, found=found):
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
    for line, cells in _rows(text, columns=RESPONSIBILITY_COLUMNS, required=required, found=found):
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
