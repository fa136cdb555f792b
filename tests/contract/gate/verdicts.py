"""Rows of the table that the gate prints, and refusals of input it cannot work with."""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

OK, NOTE, REFUSED = "ok", "note", "REFUSED"
_HEADINGS = ("check", "against", "verdict", "why")
_WHY_WIDTH = 96


class BadInput(Exception):
    """A file or a name that the gate cannot work with; says which, where and why."""


@dataclass(frozen=True)
class Row:
    """One thing that was checked: what, against which version, how it came out and why."""

    check: str
    against: str
    verdict: str
    why: str = ""


@dataclass(frozen=True)
class Finding:
    """Something that is refused, and what can be done about it, each a sentence."""

    why: str
    remedy: str


def passes(rows: Iterable[Row]) -> bool:
    """Whether nothing was refused."""
    return all(row.verdict != REFUSED for row in rows)


def row_or_rows(
    check: str, against: str, *, refused: Sequence[str] = (), notes: Sequence[str] = (), ok: str
) -> list[Row]:
    """A row for each finding, or one that says what is well."""
    rows = [Row(check, against, REFUSED, why) for why in dict.fromkeys(refused)]
    rows += [Row(check, against, NOTE, why) for why in dict.fromkeys(notes)]
    return rows or [Row(check, against, OK, ok)]


def table(rows: Sequence[Row]) -> str:
    """The rows as text, reasons wrapped."""
    cells = [_HEADINGS, *((r.check, r.against, r.verdict, r.why) for r in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(3)]
    lines = []
    for *short, why in cells:
        wrapped = textwrap.wrap(why, _WHY_WIDTH, break_on_hyphens=False) or [""]
        left = "  ".join(cell.ljust(width) for cell, width in zip(short, widths, strict=True))
        lines.append(f"{left}  {wrapped[0]}".rstrip())
        lines += [f"{' ' * len(left)}  {more}" for more in wrapped[1:]]
    return "\n".join(lines)
