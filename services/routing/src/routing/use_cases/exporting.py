"""Lists taken out as a table: the same cases as the list, in masked words, and written down."""

import contextlib
import csv
import datetime as dt
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import IO, Any

import sqlalchemy as sa
import xlsxwriter

from routing import models
from routing.resources import Resources
from routing.use_cases.listing import Sieve, counts_up_to, rows_after, sieve_of
from routing.use_cases.listing_order import Order, order_of
from routing.use_cases.units import unit_names
from shared.auth import Principal
from shared.clock import OFFICE_TZ, wire
from shared.db import Database, Session
from shared.errors import Refused, both

ROWS_MOST = 100_000
_PAGE = 1_000
_IN_MEMORY = 8 * 1024 * 1024
_FILTERS_NOT = ("limit", "cursor", "format")
_BEGINS_FORMULA = re.compile(r"[=+\-@\t\r]")
_NO_CELL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_COLUMNS = {
    "case_no": "编号",
    "title": "标题",
    "purpose": "信访目的",
    "channel": "渠道",
    "category": "内容分类",
    "state": "状态",
    "lead_unit": "承办单位",
    "handler": "承办人",
    "received_at": "收到时间",
    "next_due_at": "期限",
    "accepted_at": "受理时间",
    "replied_at": "答复时间",
    "served_at": "送达时间",
    "closed_at": "办结时间",
    "close_reason": "结案理由",
}
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def export(
    session: Session,
    *,
    query: dict[str, Any],
    by: Principal,
    now: dt.datetime,
    resources: Resources,
    db: Database,
) -> IO[bytes]:
    """The whole list as CSV (UTF-8 with a mark) or XLSX, of at most 100,000 rows.

    It is written page by page into a file, which memory holds only while it is small.

    Refused (422 `too_many_rows`) above that: a table that ends silently would be taken for all
    there is. It is written down who took what out before anything leaves.
    """
    sieve = sieve_of(query, by=by, now=now, resources=resources)
    if not query["title"] and counts_up_to(session, [sieve], most=ROWS_MOST)[0] > ROWS_MOST:
        raise _too_many()
    with contextlib.ExitStack() as given_up:
        file = given_up.enter_context(tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))
        rows = _rows(session, sieve, order_of(query), query=query, resources=resources)
        count = _WRITERS[query["format"]](file, rows)
        _write_down(db, query=query, by=by, now=now, rows=count)
        file.seek(0)
        given_up.pop_all()
        return file


def cell(value: Any) -> str:
    """A value as no spreadsheet takes it for a formula, nor for anything but a text."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.astimezone(OFFICE_TZ).strftime("%Y-%m-%d %H:%M")
    text = _NO_CELL.sub("", str(value))
    return f"'{text}" if _BEGINS_FORMULA.match(text) else text


def _rows(
    session: Session,
    sieve: Sieve,
    order: Order,
    *,
    query: Mapping[str, Any],
    resources: Resources,
) -> Iterator[list[str]]:
    """The header, and a line for each case, read page by page."""
    yield list(_COLUMNS.values())
    columns = [models.cases.c[name] for name in _COLUMNS]
    named, last, written = _names(session, resources), None, 0
    while True:
        rows, last = rows_after(
            session, sieve, order=order, last=last, limit=_PAGE, columns=columns,
            title=query["title"],
        )  # fmt: skip
        written += len(rows)
        if written > ROWS_MOST:
            raise _too_many()
        for row in rows:
            yield [cell(named(name, row._mapping[name])) for name in _COLUMNS]
        if last is None:
            return


def _names(session: Session, resources: Resources) -> Callable[[str, Any], Any]:
    """What a code is called, by its column."""
    tables: dict[str, Mapping[str, str]] = {
        "state": {code: state.name for code, state in resources.procedure.states.items()},
        "category": {code: row.name for code, row in resources.rules.categories.items()},
        "lead_unit": unit_names(session),
        "purpose": resources.procedure.fields["purpose"].choices,
        "close_reason": resources.procedure.fields["close_reason"].choices,
    }
    return lambda column, code: tables[column].get(code, code) if column in tables else code


def _csv(file: IO[bytes], rows: Iterable[Sequence[str]]) -> int:
    """UTF-8 with the mark by which spreadsheets know it; the number of cases."""
    file.write(b"\xef\xbb\xbf")
    count = -1
    for row in rows:
        line = io.StringIO(newline="")
        csv.writer(line).writerow(row)
        file.write(line.getvalue().encode())
        count += 1
    return count


def _xlsx(file: IO[bytes], rows: Iterable[Sequence[str]]) -> int:
    """One sheet of texts, written row by row; the number of cases."""
    as_texts = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    count = -1
    with xlsxwriter.Workbook(file, as_texts) as book:
        sheet = book.add_worksheet("信访事项")
        for row in rows:
            count += 1
            for column, text in enumerate(row):
                sheet.write_string(count, column, text)
    return count


_WRITERS = {"csv": _csv, "xlsx": _xlsx}


def _write_down(
    db: Database, *, query: Mapping[str, Any], by: Principal, now: dt.datetime, rows: int
) -> None:
    """Who, when, which filters, how many: in a transaction of its own, since the export reads."""
    filters = {
        name: wire(value) if isinstance(value, dt.datetime) else value
        for name, value in query.items()
        if value is not None and name not in _FILTERS_NOT
    }
    with db.write() as writing:
        writing.execute(
            sa.insert(models.exports),
            {
                "at": now,
                "by": by.sub,
                "unit": by.unit,
                "format": query["format"],
                "filters": filters,
                "rows": rows,
            },
        )


def _too_many() -> Refused:
    return Refused(
        both(
            f"超过{ROWS_MOST}件，请缩小范围后再导出。",
            f"More than {ROWS_MOST} cases: narrow the filters.",
        ),
        status=422,
        code="too_many_rows",
    )
