"""The one table that a run prints: figure, limit of the same minute, ratio, floor, aim, verdict."""

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass

_HEADS = ("path", "figure", "limit in the same run", "ratio", "floor", "aim", "verdict")
_UNITS = {"/s": "{:,.0f}/s", "share": "{:.3f}", "ms": "{:,.1f} ms", "s": "{:,.1f} s", "": "{:,.0f}"}


@dataclass(frozen=True)
class Row:
    """One figure; `unit` is "/s" or "share" (more is better), "ms", "s" or "" (less is better)."""

    path: str
    figure: float
    unit: str
    limit: float | None = None
    limit_is: str = ""
    floor: float | None = None
    aim: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Figure to limit: a share of the possible rate, or how many times the possible time."""
        return self.figure / self.limit if self.limit else None

    @property
    def verdict(self) -> str:
        """Which of the two goals is met; "" where none is set."""
        if self.aim is not None and self._reaches(self.aim):
            return "aim"
        if self.floor is not None and self._reaches(self.floor):
            return "floor" if self.aim is not None else "ok"
        return "" if self.aim is None and self.floor is None else "UNDER"

    def _reaches(self, goal: float) -> bool:
        return self.figure >= goal if self.unit in ("/s", "share") else self.figure <= goal

    def cells(self) -> tuple[str, ...]:
        """The row as the table shows it."""
        limit = f"{self.show(self.limit)} {self.limit_is}".strip()
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        goals = (self.show(self.floor), self.show(self.aim))
        return (self.path, self.show(self.figure), limit, ratio, *goals, self.verdict)

    def show(self, value: float | None) -> str:
        """A value with its unit; "" for None."""
        return "" if value is None else _UNITS[self.unit].format(value)


def render(rows: Sequence[Row]) -> str:
    """The table as text, columns aligned, notes below."""
    lines = [_HEADS, *(row.cells() for row in rows)]
    widths = [max(_width(line[n]) for line in lines) for n in range(len(_HEADS))]
    shown = [" | ".join(_padded(c, w) for c, w in zip(line, widths, strict=True)) for line in lines]
    shown.insert(1, "-+-".join("-" * width for width in widths))
    notes = [f"  {row.path}: {row.note}" for row in rows if row.note]
    return "\n".join([*shown, *notes])


def as_json(rows: Sequence[Row], *, circumstances: dict[str, str]) -> str:
    """The rows with ratio and verdict, and under what circumstances they were measured."""
    found = [asdict(row) | {"ratio": row.ratio, "verdict": row.verdict} for row in rows]
    whole = {"circumstances": circumstances, "rows": found}
    return json.dumps(whole, ensure_ascii=False, indent=1)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
