"""Rewriting persons with the keys that are first now, while the service runs.

petitioners, participants: sealed and indexed anew, row by row
what else is sealed: told by the key's id, with which every sealed value begins
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.use_cases.accounts import sealed_phone
from intake.use_cases.letters.book import page_place
from intake.use_cases.persons import (
    indexed_with,
    opened,
    opened_number,
    sealed,
    sealed_number,
)
from intake.use_cases.sealing import bound_to
from intake.use_cases.visitors import place_of_person
from intake.use_cases.wechat.followers import answer_place, sealed_follower
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
        return _sealed_before(column, ring)

    def fresh(row: Any, ring: KeyRing) -> dict[str, Any]:
        plain = ring.decrypt(row._mapping[name], place=place(row))
        return {name: ring.encrypt(plain, place=place(row))}

    return Kept(table, key, is_old, fresh)


def _account_phones() -> Kept:
    table = models.accounts

    def is_old(ring: KeyRing) -> sa.ColumnElement[bool]:
        return sa.or_(
            table.c.sealed_with != ring.current, table.c.indexed_with != indexed_with(ring)
        )

    def fresh(row: Any, ring: KeyRing) -> dict[str, Any]:
        phone = ring.decrypt(row.phone, place=f"{row.account_id}/phone")
        return sealed_phone(phone, row.account_id, ring=ring)

    return Kept(table, ("account_id",), is_old, fresh)


def _number(table: sa.Table, key: str) -> Kept:
    """A phone number that stands alone, with its blind index."""

    def is_old(ring: KeyRing) -> sa.ColumnElement[bool]:
        begins = sa.literal(ring.mark, sa.LargeBinary)
        sealed_now = sa.func.substr(table.c.number, 1, len(ring.mark)) == begins
        indexed_now = table.c.indexed_with.is_not_distinct_from(indexed_with(ring))
        return sa.and_(table.c.number.is_not(None), sa.not_(sa.and_(sealed_now, indexed_now)))

    def fresh(row: Any, ring: KeyRing) -> dict[str, Any]:
        place = str(row._mapping[key])
        return sealed_number(opened_number(row, place, ring=ring), place, ring=ring)

    return Kept(table, (key,), is_old, fresh)


def _follower(table: sa.Table, key: str) -> Kept:
    """A WeChat follower: openid and the blind index of it."""

    def is_old(ring: KeyRing) -> sa.ColumnElement[bool]:
        return sa.or_(
            _sealed_before(table.c.openid, ring), table.c.indexed_with != ring.current_index
        )

    def fresh(row: Any, ring: KeyRing) -> dict[str, Any]:
        place = row._mapping[key]
        openid = ring.decrypt(row.openid, place=f"{place}/openid")
        return sealed_follower(row.account, openid, place=place, ring=ring)

    return Kept(table, (key,), is_old, fresh)


def _in_letter(name: str) -> Callable[[Any], str]:
    return lambda row: f"{row.letter_id}/{name}"


def _file(table: sa.Table) -> tuple[Kept, Kept]:
    """Name and key of a stored file."""
    return (
        _value(table, ("attachment_id",), "name", lambda row: f"{row.attachment_id}/name"),
        _value(
            table, ("attachment_id",), "content_key", lambda row: f"{row.attachment_id}/content"
        ),
    )


def _sealed_before(column: sa.ColumnElement[Any], ring: KeyRing) -> sa.ColumnElement[bool]:
    """That a sealed value is one of another key than the present one."""
    begins = ring.mark
    first = sa.func.substr(column, 1, len(begins))
    return sa.and_(column.is_not(None), first != sa.literal(begins, sa.LargeBinary))


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
    *_file(models.attachments),
    *_file(models.draft_files),
    *_file(models.letter_scans),
    _value(
        models.supplements, ("supplement_id",), "email", lambda row: f"{row.supplement_id}/email"
    ),
    _value(
        models.unread_messages, ("unread_id",), "original", lambda row: f"{row.unread_id}/original"
    ),
    _account_phones(),
    _value(models.drafts, ("draft_id",), "content", lambda row: f"{row.draft_id}/content"),
    _value(models.drafts, ("draft_id",), "query_code", lambda row: f"{row.draft_id}/query_code"),
    *(
        _value(models.incoming_letters, ("letter_id",), name, _in_letter(name))
        for name in ("sender", "enclosures", "note")
    ),
    _value(models.phone_codes, ("code_id",), "phone", lambda row: f"{row.code_id}/phone"),
    _value(
        models.letter_pages,
        ("attachment_id", "page"),
        "text",
        lambda row: page_place(row.attachment_id, row.page),
    ),
    _value(models.notices, ("seq",), "sealed_code", lambda row: f"{row.notice_id}/query_code"),
    _number(models.calls, "call_id"),
    _value(models.calls, ("call_id",), "sheet", lambda row: f"{row.call_id}/sheet"),
    _value(models.calls, ("call_id",), "recording", lambda row: f"{row.call_id}/recording"),
    _number(models.callbacks, "callback_id"),
    _value(models.callbacks, ("callback_id",), "about", lambda row: f"{row.callback_id}/about"),
    _value(models.visits, ("visit_id",), "record", lambda row: f"{row.visit_id}/record"),
    _value(
        models.visits, ("visit_id",), "confirmed_by", lambda row: f"{row.visit_id}/confirmed_by"
    ),
    _value(models.visits, ("visit_id",), "sealed_code", lambda row: f"{row.visit_id}/query_code"),
    _persons(
        models.visit_persons,
        ("visit_id", "part", "seat"),
        lambda row: place_of_person(row.visit_id, row.part, row.seat),
    ),
    _follower(models.wechat_sessions, "session_id"),
    _value(models.wechat_sessions, ("session_id",), "draft", lambda row: f"{row.session_id}/draft"),
    _follower(models.wechat_petitions, "petition_id"),
    _value(
        models.wechat_media, ("media_key",), "media_id", lambda row: f"{row.media_key}/media_id"
    ),
    _value(
        models.wechat_messages,
        ("account", "digest"),
        "answer",
        lambda row: answer_place(row.account, row.digest),
    ),
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
