"""What is written of an import: a line for each row, sums, and query codes where asked for."""

import csv
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from intake.domain.importing import Cell
from intake.tools.importing.work import KNOWN, POSSIBLE, REFUSED, REGISTERED, WHOLE_ROW, Outcome
from shared.errors import in_language

HEADINGS = ("行号", "结果", "信访件编号", "列", "原因")
_MARK = "\ufeff"
_TWICE = "与本文件前面的一行相同或原编号相同。"


class Report:
    """Counts outcomes and writes them down; `columns` says how the file calls each field."""

    def __init__(
        self,
        *,
        report: IO[str] | None,
        codes: IO[str] | None,
        places: Mapping[str, int],
        header: Sequence[Cell],
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._columns = {name: str(header[at]) for name, at in places.items()}
        self._files = [file for file in (report, codes) if file]
        self._report = csv.writer(report) if report else None
        self._codes = csv.writer(codes) if codes else None
        self._seen: set[tuple[str, ...]] = set()
        if self._report:
            self._report.writerow(HEADINGS)

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Write a batch down."""
        for outcome in outcomes:
            result, reasons = outcome.result, list(self._reasons(outcome.errors))
            if result == POSSIBLE and outcome.reference in self._seen:
                result, reasons = KNOWN, [("", _TWICE)]
            elif result == POSSIBLE:
                self._seen.add(outcome.reference)
            self.counts[result] += 1
            if self._report:
                for column, reason in reasons or [("", "")]:
                    number = outcome.petition_no or ""
                    self._report.writerow((outcome.row, result, number, column, reason))
            if self._codes and outcome.query_code:
                self._codes.writerow((outcome.row, outcome.petition_no, outcome.query_code))
        for file in self._files:
            file.flush()

    def sums(self) -> str:
        """How many rows came to what."""
        shown = [
            f"{name}{self.counts[name]}行"
            for name in (REGISTERED, POSSIBLE, KNOWN, REFUSED)
            if self.counts[name]
        ]
        return f"共{self.counts.total()}行：{'，'.join(shown) or '没有数据'}。"

    def _reasons(self, errors: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for name, reason in errors.items():
            column = "" if name == WHOLE_ROW else self._columns.get(name, name)
            yield column, in_language(reason, "zh")


def open_private(path: Path, *, more: bool = False) -> IO[str]:
    """A file for writing, or for writing `more` into, that only its owner may read."""
    how = os.O_APPEND if more else os.O_TRUNC
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)
    os.fchmod(descriptor, 0o600)
    file = os.fdopen(descriptor, "a" if more else "w", encoding="utf-8", newline="")
    if file.tell() == 0:
        # Spreadsheets take a file for UTF-8 by this mark only.
        file.write(_MARK)
    return file
