"""Tables that people keep as CSV: read line by line, with a reason for each line that is wrong."""

import csv
import io
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import NamedTuple

from shared.errors import both


class LineFault(NamedTuple):
    """What is wrong in a table: line (the header's is 1, 0 where there is none), column, reason."""

    line: int
    column: str
    reason: str


Line = tuple[int, dict[str, str]]
"""A line's number in the file (the header's is 1) and its cells by column."""


def decode(data: bytes) -> str:
    """A table's text: UTF-8 with or without a mark, else GB18030; ValueError for anything else."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def read_lines(
    text: str,
    *,
    headings: Mapping[str, str],
    columns: Container[str],
    required: Iterable[str],
    found: list[LineFault],
) -> Iterator[Line]:
    """Each line's cells by column; `headings` are other names of columns, such as Chinese ones.

    Faults are added to `found`. An empty line is passed over. A column
    that the file does not have is in no row.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        heading = [headings.get(name.strip(), name.strip()) for name in next(reader, [])]
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
