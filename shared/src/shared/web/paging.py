"""Keyset pages: a cursor holds the last row's key, so page 10,000 costs what page 1 costs."""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from shared.clock import from_wire, wire
from shared.db import Session, UtcDateTime
from shared.errors import Invalid, both
from shared.web.fields import unprintable


def encode_cursor(key: Sequence[Any]) -> str:
    """An opaque cursor from the last row's key (numbers and texts)."""
    return base64.urlsafe_b64encode(json.dumps(list(key)).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *, kinds: Sequence[type]) -> list[Any]:
    """The key in a cursor, checked against its kinds; Invalid for anything else."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        key = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise _bad_cursor() from error
    fits = isinstance(key, list) and len(key) == len(kinds)
    if not fits or any(type(k) is not kind for k, kind in zip(key, kinds, strict=True)):
        raise _bad_cursor()
    if any(isinstance(k, int) and abs(k) >= 2**63 for k in key):
        raise _bad_cursor()
    if any(isinstance(k, str) and unprintable(k, lines=False) for k in key):
        raise _bad_cursor()
    return list(key)


def page(
    session: Session,
    statement: sa.Select[Any],
    *,
    by: sa.ColumnElement[Any],
    query: dict[str, Any],
    present: Callable[[Any], dict[str, Any]],
    newest_first: bool = True,
) -> dict[str, Any]:
    """One page of `statement` keyed by the unique whole-number column `by`."""
    limit = query["limit"]
    if query["cursor"]:
        (last,) = decode_cursor(query["cursor"], kinds=[int])
        statement = statement.where(by < last if newest_first else by > last)
    order = by.desc() if newest_first else by.asc()
    rows = session.execute(statement.add_columns(by.label("_key")).order_by(order).limit(limit + 1))
    found = rows.all()
    more = len(found) > limit
    return {
        "items": [present(row) for row in found[:limit]],
        "next_cursor": encode_cursor([found[limit - 1]._key]) if more else None,
    }


def page_by_key(
    session: Session,
    statement: sa.Select[Any],
    *,
    by: Sequence[sa.ColumnElement[Any]],
    query: dict[str, Any],
    present: Callable[[Any], dict[str, Any]],
    newest_first: bool = False,
) -> dict[str, Any]:
    """One page of `statement` in ascending order of `by`, columns that are unique together, or in
    descending order.

    The columns are texts and times, none of them null.
    """
    limit = query["limit"]
    if query["cursor"]:
        here, last = sa.tuple_(*by), sa.tuple_(*_key_values(query["cursor"], by))
        statement = statement.where(here < last if newest_first else here > last)
    keys = [column.label(f"_key{n}") for n, column in enumerate(by)]
    order = [column.desc() if newest_first else column.asc() for column in by]
    rows = session.execute(statement.add_columns(*keys).order_by(*order).limit(limit + 1)).all()
    cursor = None
    if len(rows) > limit:
        key = [getattr(rows[limit - 1], label.name) for label in keys]
        cursor = encode_cursor([wire(k) if isinstance(k, dt.datetime) else k for k in key])
    return {"items": [present(row) for row in rows[:limit]], "next_cursor": cursor}


def _key_values(cursor: str, by: Sequence[sa.ColumnElement[Any]]) -> list[sa.ColumnElement[Any]]:
    texts = decode_cursor(cursor, kinds=[str] * len(by))
    times = [isinstance(column.type, UtcDateTime) for column in by]
    try:
        key = [
            from_wire(text) if is_time else text for text, is_time in zip(texts, times, strict=True)
        ]
    except (ValueError, OverflowError) as error:
        raise _bad_cursor() from error
    return [sa.literal(value, column.type) for value, column in zip(key, by, strict=True)]


def _bad_cursor() -> Invalid:
    return Invalid({"cursor": both("游标无效，请从第一页重新读取。", "Not a cursor of this list.")})
