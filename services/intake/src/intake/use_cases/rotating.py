"""Rewriting persons with the keys that are first now, while the service runs.

petitioners, participants: sealed and indexed anew, row by row
what else is sealed: told by the key's id, with which every sealed value begins
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.use_cases.persons import indexed_with, opened, sealed
from intake.use_cases.sealing import bound_to
from shared.db import Session
from shared.pii import KeyRing

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Kept:
    """A table with sealed values: its key in order, which rows are old, how one is rewritten."""

    table: sa.Table
    key: tuple[str, ...]
    is_old: Callable[[KeyRing], sa.ColumnElement[bool]]
    fresh: Callable[[Any, KeyRing], dict[str, Any]]

    @property
    def columns(self) -> list[sa.ColumnElement[Any]]:
        """The columns of the key."""
        return [self.table.c[name] for name in self.key]


def _persons(table: sa.Table, key: tuple[str, ...], place: Callable[[Any], str]) -> Kept:
    def is_old(ring: KeyRing) -> sa.ColumnElement[bool]:
        return sa.or_(
            table.c.sealed_with.is_distinct_from(ring.current),
            table.c.indexed_with.is_distinct_from(indexed_with(ring)),
        )

    def fresh(row: Any, ring: KeyRing) -> dict[str, Any]:
        return sealed(opened(row, place(row), ring=ring), place(row), ring=ring)

    return Kept(table, key, is_old, fresh)


def _value(table: sa.Table, key: tuple[str, ...], name: str, place: Callable[[Any], str]) -> Kept:
    column = table.c[name]

    def is_old(ring: KeyRing) -> sa.ColumnElement[bool]:
        begins = ring.mark
        first = sa.func.substr(column, 1, len(begins))
        return sa.and_(column.is_not(None), first != sa.literal(begins, sa.LargeBinary))

    def fresh(row: Any, ring: KeyRing) -> dict[str, Any]:
        plain = ring.decrypt(row._mapping[name], place=place(row))
        return {name: ring.encrypt(plain, place=place(row))}

    return Kept(table, key, is_old, fresh)


KEPT: Sequence[Kept] = (
    _persons(models.petitioners, ("petition_id",), lambda row: str(row.petition_id)),
    _persons(
        models.participants,
        ("petition_id", "part", "place"),
        lambda row: bound_to(row.petition_id, row.part, row.place),
    ),
    _value(models.corrections, ("correction_id",), "before", lambda row: str(row.correction_id)),
    _value(
        models.notice_choices,
        ("choice_id",),
        "wechat_id",
        lambda row: f"{row.petition_id}/wechat_id",
    ),
    _value(models.attachments, ("attachment_id",), "name", lambda row: f"{row.attachment_id}/name"),
    _value(
        models.attachments,
        ("attachment_id",),
        "content_key",
        lambda row: f"{row.attachment_id}/content",
    ),
    _value(
        models.supplements, ("supplement_id",), "email", lambda row: f"{row.supplement_id}/email"
    ),
    _value(
        models.unread_messages, ("unread_id",), "original", lambda row: f"{row.unread_id}/original"
    ),
    _value(
        models.open311_posts,
        ("name", "digest"),
        "query_code",
        lambda row: f"open311/{row.name}/{bytes(row.digest).hex()}",
    ),
    _value(models.notices, ("seq",), "sealed_code", lambda row: f"{row.notice_id}/query_code"),
)


def left_to_rotate(session: Session, *, ring: KeyRing) -> int:
    """How many rows are encrypted or indexed otherwise than new ones are."""
    return sum(
        session.scalar(sa.select(sa.func.count()).select_from(kept.table).where(kept.is_old(ring)))
        or 0
        for kept in KEPT
    )


def rotate(
    session: Session, kept: Kept, *, ring: KeyRing, after: Key | None, most: int
) -> tuple[int, Key | None]:
    """Rewrite the next rows after a key; how many, and the last one's key.

    None for a key means that none is left after it. The rows are locked while it lasts, so that
    a correction waits and is not overwritten; one that is being corrected now is passed over and
    left to the next round. Undecryptable where a row's key is no longer in the ring.
    """
    following = sa.true() if after is None else sa.tuple_(*kept.columns) > sa.tuple_(*after)
    rows = session.execute(
        sa.select(kept.table)
        .where(following, kept.is_old(ring))
        .order_by(*kept.columns)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    if not rows:
        return 0, None
    this = (column == sa.bindparam(f"of_{column.name}") for column in kept.columns)
    fresh = [
        kept.fresh(row, ring) | {f"of_{name}": row._mapping[name] for name in kept.key}
        for row in rows
    ]
    session.execute(sa.update(kept.table).where(*this), fresh)
    return len(rows), tuple(rows[-1]._mapping[name] for name in kept.key)
