"""Rows of a CSV or XLSX file, one after another; what a file is, its first bytes say."""

import codecs
import csv
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import cast

import python_calamine as calamine

from intake.domain.importing import HEADER_WITHIN, BadTable, Cell, Plan, header_row

Row = tuple[int, Sequence[Cell] | str]
"""The number that a spreadsheet shows beside it, and its cells, or why they cannot be read."""

_Place = tuple[int, int]

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ENCODINGS = ("utf-8", "gb18030")
_DELIMITERS = ",\t;|"
_LONGEST_FIELD = 1_000_000
_PIECE = 1 << 20
UNPACKED_MOST = 1 << 30
_MEMBERS_MOST = 10_000


@dataclass(frozen=True)
class Table:
    """The headings of a file, and the rows below them."""

    header: Sequence[Cell]
    rows: Iterator[Row]


def open_table(path: Path, plan: Plan) -> Table:
    """The table in a file; BadTable says why there is none, before anything was done with it."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise BadTable(f"文件无法打开：{error.strerror}") from error
    if start == _OLE:
        raise BadTable("这是旧版（xls）或加密的表格，请另存为不加密的xlsx或CSV。")
    if start == _ZIP:
        return _below_header(_sheet_rows(path, plan.sheet), plan)
    return _csv_table(path, plan)


def _below_header(rows: Iterator[Row], plan: Plan) -> Table:
    first = list(islice(rows, HEADER_WITHIN))
    at, columns = header_row([_cells(row) for row in first], plan)
    if not columns:
        raise BadTable(f"前{HEADER_WITHIN}行中没有已知的列名，请用映射文件指明。")
    return Table(_cells(first[at]), chain(first[at + 1 :], rows))


def _csv_table(path: Path, plan: Plan) -> Table:
    encoding = _encoding_of(path, plan.encoding)
    delimiter = max(_DELIMITERS, key=lambda one: _known_columns(path, encoding, one, plan))
    return _below_header(_csv_rows(path, encoding, delimiter), plan)


def _known_columns(path: Path, encoding: str, delimiter: str, plan: Plan) -> int:
    """How many fields are found if the columns are told apart by this character."""
    first = islice(_csv_rows(path, encoding, delimiter), HEADER_WITHIN)
    return header_row([_cells(row) for row in first], plan)[1]


def _cells(row: Row) -> Sequence[Cell]:
    return () if isinstance(row[1], str) else row[1]


def _encoding_of(path: Path, asked: str | None) -> str:
    """The encoding in which the whole file can be read; BadTable where there is none."""
    with path.open("rb") as file:
        start = file.read(4)
    marked = next((encoding for bom, encoding in _BOMS if start.startswith(bom)), None)
    one = asked or marked
    line = 0
    for encoding in (one,) if one else _ENCODINGS:
        undecodable = _undecodable(path, encoding)
        if not undecodable:
            return encoding
        line = max(line, undecodable)
    tried = one or "、".join(_ENCODINGS)
    raise BadTable(f"第{line}行不是{tried}编码，请在映射文件中用encoding指明编码。")


def _undecodable(path: Path, encoding: str) -> int:
    """The first line that is not in this encoding, 0 where all are."""
    decode = codecs.getincrementaldecoder(encoding)().decode
    lines = 1
    with path.open("rb") as file:
        while True:
            piece = file.read(_PIECE)
            try:
                decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                return lines + piece[: error.start].count(b"\n")
            if not piece:
                return 0
            lines += piece.count(b"\n")


def _csv_rows(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    csv.field_size_limit(_LONGEST_FIELD)
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        number = 0
        while True:
            number += 1
            began = reader.line_num + 1
            try:
                yield number, next(reader)
            except StopIteration:
                return
            except csv.Error:
                ended = reader.line_num
                lines = f"第{began}至{ended}行" if ended > began else f"第{began}行"
                yield number, f"文件{lines}的引号不成对或位置有误，未能读取。"


def _sheet_rows(path: Path, wanted: str | None) -> Iterator[Row]:
    _check_packed(path)
    try:
        book = calamine.CalamineWorkbook.from_path(path)
        sheet = book.get_sheet_by_name(_sheet_name(book, wanted))
        merged = sheet.merged_cell_ranges or []
        # Empty columns before the first cell are left out by the reader, empty rows are not.
        left = sheet.start[1] if sheet.start else 0
        rows = cast(Iterable[list[Cell]], sheet.iter_rows())
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise BadTable("表格文件已损坏或不是xlsx格式，无法打开。") from error
    yield from enumerate(_unmerged(rows, merged, left), start=1)


def _unmerged(
    rows: Iterable[list[Cell]], merged: Iterable[tuple[_Place, _Place]], left: int
) -> Iterator[list[Cell]]:
    """Rows in which what stands in cells that are merged downwards stands in each of them."""
    beginning: dict[int, list[tuple[int, int]]] = {}
    for (top, first), (bottom, _) in merged:
        if bottom > top:
            beginning.setdefault(top, []).append((first - left, bottom))
    going_on: dict[int, tuple[int, Cell]] = {}
    for number, row in enumerate(rows):
        going_on = {at: one for at, one in going_on.items() if one[0] >= number}
        for at, bottom in beginning.get(number, ()):
            going_on[at] = (bottom, row[at])
        for at, (_, value) in going_on.items():
            row[at] = value
        yield row


def _sheet_name(book: calamine.CalamineWorkbook, wanted: str | None) -> str:
    """The sheet that is asked for, else the first that is shown."""
    shown = [
        one.name
        for one in book.sheets_metadata
        if one.typ == calamine.SheetTypeEnum.WorkSheet
        and one.visible == calamine.SheetVisibleEnum.Visible
    ]
    if wanted is not None and wanted not in book.sheet_names:
        raise BadTable(f"没有名为“{wanted}”的工作表；可见的有：{'、'.join(shown)}。")
    if wanted is None and not shown:
        raise BadTable("没有可见的工作表，请用映射文件的sheet指明。")
    return wanted or shown[0]


def _check_packed(path: Path) -> None:
    """BadTable for what would fill the memory when unpacked, whatever it says of its own size."""
    try:
        with zipfile.ZipFile(path) as packed:
            members = packed.infolist()
            size = sum(one.file_size for one in members)
            if len(members) > _MEMBERS_MOST or size > UNPACKED_MOST:
                raise BadTable(
                    f"表格解压后超过{UNPACKED_MOST >> 20}MB，请分成几个文件或另存为CSV。"
                )
            broken = packed.testzip()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise BadTable("表格文件已损坏，无法打开。") from error
    if broken is not None:
        raise BadTable("表格文件已损坏，无法打开。")
