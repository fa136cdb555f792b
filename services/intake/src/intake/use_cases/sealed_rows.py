"""Every table with sealed values: which rows are of old keys, and how one is rewritten.

Persons and numbers have a blind index too, and say by which key it was made; what else is sealed
is told by the key's id, with which every sealed value begins.
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
from shared.pii import KeyRing

Place = Callable[[Any], str]


@dataclass(frozen=True)
class Kept:
    """Sealed columns of a table: its key in order, which rows are old, how one is rewritten."""

    table: sa.Table
    key: tuple[str, ...]
    names: tuple[str, ...]
    is_old: Callable[[KeyRing], sa.ColumnElement[bool]]
    fresh: Callable[[Any, KeyRing], dict[str, Any]]

    @property
    def columns(self) -> list[sa.ColumnElement[Any]]:
        """The columns of the key."""
        return [self.table.c[name] for name in self.key]


def _persons(table: sa.Table, key: tuple[str, ...], place: Place) -> Kept:
    def is_old(ring: KeyRing) -> sa.ColumnElement[bool]:
        return sa.or_(
            table.c.sealed_with.is_distinct_from(ring.current),
            table.c.indexed_with.is_distinct_from(indexed_with(ring)),
        )

    def fresh(row: Any, ring: KeyRing) -> dict[str, Any]:
        return sealed(opened(row, place(row), ring=ring), place(row), ring=ring)

    names = ("name", "phone", "id_number", "address", "email", "phone_index", "id_number_index")
    return Kept(table, key, names, is_old, fresh)


def _value(table: sa.Table, key: tuple[str, ...], name: str, place: Place) -> Kept:
    def is_old(ring: KeyRing) -> sa.ColumnElement[bool]:
        return _sealed_before(table.c[name], ring)

    def fresh(row: Any, ring: KeyRing) -> dict[str, Any]:
        plain = ring.decrypt(row._mapping[name], place=place(row))
        return {name: ring.encrypt(plain, place=place(row))}

    return Kept(table, key, (name,), is_old, fresh)


def _values(table: sa.Table, key: str, *names: str) -> list[Kept]:
    """Values that are bound to their row's key and their own name."""

    def place(name: str) -> Place:
        return lambda row: f"{row._mapping[key]}/{name}"

    return [_value(table, (key,), name, place(name)) for name in names]


def _code(table: sa.Table, key: tuple[str, ...], name: str, of: str) -> Kept:
    """A query code, bound to what it was given for."""
    return _value(table, key, name, lambda row: f"{row._mapping[of]}/query_code")


def _file(table: sa.Table) -> list[Kept]:
    """Name and key of a stored file."""
    return [
        *_values(table, "attachment_id", "name"),
        _value(
            table,
            ("attachment_id",),
            "content_key",
            lambda row: f"{row.attachment_id}/content",
        ),
    ]


def _account_phones() -> Kept:
    table = models.accounts

    def is_old(ring: KeyRing) -> sa.ColumnElement[bool]:
        return sa.or_(
            table.c.sealed_with != ring.current, table.c.indexed_with != indexed_with(ring)
        )

    def fresh(row: Any, ring: KeyRing) -> dict[str, Any]:
        phone = ring.decrypt(row.phone, place=f"{row.account_id}/phone")
        return sealed_phone(phone, row.account_id, ring=ring)

    return Kept(table, ("account_id",), ("phone", "phone_index"), is_old, fresh)


def _number(table: sa.Table, key: str) -> Kept:
    """A phone number that stands alone, with its blind index."""

    def is_old(ring: KeyRing) -> sa.ColumnElement[bool]:
        indexed_before = table.c.indexed_with.is_distinct_from(indexed_with(ring))
        old = sa.or_(_sealed_before(table.c.number, ring), indexed_before)
        return sa.and_(table.c.number.is_not(None), old)

    def fresh(row: Any, ring: KeyRing) -> dict[str, Any]:
        place = str(row._mapping[key])
        return sealed_number(opened_number(row, place, ring=ring), place, ring=ring)

    return Kept(table, (key,), ("number", "number_index"), is_old, fresh)


def _follower(table: sa.Table, key: str) -> Kept:
    """A WeChat follower: openid and the blind index of it."""

    def is_old(ring: KeyRing) -> sa.ColumnElement[bool]:
        indexed_before = table.c.indexed_with != ring.current_index
        return sa.or_(_sealed_before(table.c.openid, ring), indexed_before)

    def fresh(row: Any, ring: KeyRing) -> dict[str, Any]:
        place = row._mapping[key]
        openid = ring.decrypt(row.openid, place=f"{place}/openid")
        return sealed_follower(row.account, openid, place=place, ring=ring)

    return Kept(table, (key,), ("openid", "follower"), is_old, fresh)


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
    *_values(models.supplements, "supplement_id", "email"),
    *_values(models.unread_messages, "unread_id", "original"),
    _account_phones(),
    *_values(models.drafts, "draft_id", "content", "query_code"),
    *_values(models.phone_codes, "code_id", "phone"),
    *_values(models.incoming_letters, "letter_id", "sender", "enclosures", "note"),
    _value(
        models.letter_pages,
        ("attachment_id", "page"),
        "text",
        lambda row: page_place(row.attachment_id, row.page),
    ),
    _code(models.notices, ("seq",), "sealed_code", of="notice_id"),
    _value(
        models.open311_posts,
        ("name", "digest"),
        "query_code",
        lambda row: f"open311/{row.name}/{bytes(row.digest).hex()}",
    ),
    _number(models.calls, "call_id"),
    *_values(models.calls, "call_id", "sheet", "recording"),
    _number(models.callbacks, "callback_id"),
    *_values(models.callbacks, "callback_id", "about"),
    *_values(models.visits, "visit_id", "record", "confirmed_by"),
    _code(models.visits, ("visit_id",), "sealed_code", of="visit_id"),
    _persons(
        models.visit_persons,
        ("visit_id", "part", "seat"),
        lambda row: place_of_person(row.visit_id, row.part, row.seat),
    ),
    _follower(models.wechat_sessions, "session_id"),
    *_values(models.wechat_sessions, "session_id", "draft"),
    _follower(models.wechat_petitions, "petition_id"),
    *_values(models.wechat_media, "media_key", "media_id"),
    _value(
        models.wechat_messages,
        ("account", "digest"),
        "answer",
        lambda row: answer_place(row.account, row.digest),
    ),
)
