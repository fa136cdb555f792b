"""Orders of lists, and where a page goes on: each order is one that indexes have."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from routing import models
from shared.clock import from_wire, wire
from shared.errors import Invalid, both
from shared.web.paging import decode_cursor, encode_cursor

_cases = models.cases


@dataclass(frozen=True)
class Stretch:
    """A part of an order in which rows follow each other along one index."""

    conditions: tuple[sa.ColumnElement[bool], ...]
    by: tuple[sa.ColumnElement[Any], ...]
    descending: bool
    columns: tuple[sa.ColumnElement[Any], ...]
    lacks: bool = False
    """Whether these are the rows without a time."""

    @property
    def order_by(self) -> list[sa.ColumnElement[Any]]:
        return [_turned(column, self.descending) for column in self.by]

    @property
    def unindexed(self) -> list[sa.ColumnElement[Any]]:
        """The same order, said so that no index is read for its sake."""
        return [_turned(sa.func.coalesce(one, one), self.descending) for one in self.by]


@dataclass(frozen=True)
class Order:
    """An order by `seq`, or by a time and then `seq`; what has no time comes last."""

    time: str | None
    descending: bool
    may_lack: bool = False

    @property
    def columns(self) -> tuple[sa.Column[Any], ...]:
        return (_cases.c.seq,) if self.time is None else (_cases.c[self.time], _cases.c.seq)

    def across(self, columns: Any) -> list[sa.ColumnElement[Any]]:
        """The whole order on columns of the same names."""
        found = [_turned(columns[column.name], self.descending) for column in self.columns]
        return [found[0].nulls_last(), *found[1:]] if self.may_lack else found

    def stretches(self, last: Sequence[Any] | None) -> list[Stretch]:
        """What comes after a key, or all of it: the rows with a time, then those without."""
        columns = self.columns
        if last is not None and last[0] is None:
            return [self._without(last[-1])]
        there = (columns[0].is_not(None),) if self.may_lack else ()
        if last is None:
            first = Stretch(there, columns, self.descending, columns)
        else:
            key = sa.tuple_(*(sa.literal(v, c.type) for v, c in zip(last, columns, strict=True)))
            place = sa.tuple_(*columns)
            beyond = place < key if self.descending else place > key
            first = Stretch((*there, beyond), columns, self.descending, columns)
        return [first, self._without(None)] if self.may_lack else [first]

    def encode(self, key: Sequence[Any]) -> str:
        """A cursor of the key."""
        if self.time is None:
            return encode_cursor(key)
        at, seq = key
        return encode_cursor([wire(at) if at is not None else "", seq])

    def decode(self, cursor: str) -> list[Any]:
        """The key in a cursor; Invalid where it is none of this order's."""
        if self.time is None:
            return decode_cursor(cursor, kinds=[int])
        text, seq = decode_cursor(cursor, kinds=[str, int])
        if not text and self.may_lack:
            return [None, seq]
        return [_time(text), seq]

    def _without(self, seq: int | None) -> Stretch:
        """The rows without a time: by `seq` alone, as they all have none."""
        time, column = self.columns
        conditions = [time.is_(None)] if seq is None else [time.is_(None), column > seq]
        return Stretch(tuple(conditions), (column,), self.descending, self.columns, lacks=True)


NEWEST = Order(None, descending=True)
RECEIVED = Order("received_at", descending=True)
DUE = Order("next_due_at", descending=False, may_lack=True)


def order_of(query: dict[str, Any]) -> Order:
    """The order that a query asks for; a span of receipt is read along the times of receipt."""
    if query["sort"] == "due":
        return DUE
    return RECEIVED if query["received_from"] or query["received_to"] else NEWEST


def _time(text: str) -> dt.datetime:
    try:
        return from_wire(text)
    except (ValueError, OverflowError) as error:
        wrong = both("游标无效，请从第一页重新读取。", "Not a cursor of this list.")
        raise Invalid({"cursor": wrong}) from error


def _turned(column: sa.ColumnElement[Any], descending: bool) -> sa.ColumnElement[Any]:
    return column.desc() if descending else column.asc()
