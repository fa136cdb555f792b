"""What one person brought in by whatever channel, for staff who may know of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.resources import Resources
from intake.use_cases.auditing import write_down
from intake.use_cases.looking import found_by, refusal
from intake.use_cases.masking import masked_person, masked_words, words_apart
from intake.use_cases.persons import (
    indexes_of,
    numbers_of,
    opened,
    petitions_with,
)
from intake.use_cases.sealing import petitioner_of
from intake.use_cases.seeing import seen_by, words_kept_from
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session
from shared.pii import KeyRing
from shared.web.paging import page_by_key

_NOTHING: dict[str, Any] = {"items": [], "next_cursor": None}


def search_person(
    session: Session,
    *,
    numbers: Mapping[str, str],
    purpose: str,
    purpose_kind: str,
    page: dict[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """A page of the petitions of whoever has one of these numbers (`phone`, `id_number`).

    Nothing tells whether there are more that the caller may not see. The search is written down
    with its purpose, the numbers as blind indexes, and what was shown.
    """
    indexes = indexes_of(numbers, ring=resources.ring)
    found = _page(session, indexes, page=page, by=by, ring=resources.ring)
    write_down(
        session,
        act="search",
        who=by.sub,
        purpose_kind=purpose_kind,
        purpose=purpose,
        facts=_facts(found) | {"sought": {kind: made[0].hex() for kind, made in indexes.items()}},
        clock=clock,
        keys=resources.audit_keys,
    )
    return found


def history_of(
    session: Session,
    *,
    petition_id: str,
    page: dict[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """A page of the other petitions of a petition's petitioner that the caller may see.

    The look is written down, a refused one too. NotFound where the petition is not theirs to know.
    """
    row = found_by(session, petition_id, by=by)
    found = _NOTHING
    if row.seen:
        person = petitioner_of(session, petition_id, resources.ring)
        indexes = indexes_of(numbers_of(person), ring=resources.ring)
        found = _page(session, indexes, but=petition_id, page=page, by=by, ring=resources.ring)
    write_down(
        session,
        act="history",
        who=by.sub,
        petition_id=petition_id,
        refused=not row.seen,
        facts=_facts(found),
        clock=clock,
        keys=resources.audit_keys,
    )
    if not row.seen:
        raise refusal()
    return found


def _page(
    session: Session,
    indexes: Mapping[str, Sequence[bytes]],
    *,
    page: dict[str, Any],
    by: Principal,
    ring: KeyRing,
    but: str | None = None,
) -> dict[str, Any]:
    if not indexes:
        return _NOTHING
    table, persons = models.petitions, models.petitioners
    statement = (
        sa.select(table, persons, words_kept_from(by).label("apart"))
        .join_from(table, persons, persons.c.petition_id == table.c.petition_id)
        .where(table.c.petition_id.in_(petitions_with(indexes)), seen_by(by))
    )
    return page_by_key(
        session,
        statement if but is None else statement.where(table.c.petition_id != but),
        by=[table.c.registered_at, table.c.petition_id],
        query=page,
        present=lambda row: _shown(row, indexes, ring=ring),
    )


def _shown(
    row: sa.Row[Any], indexes: Mapping[str, Sequence[bytes]], *, ring: KeyRing
) -> dict[str, Any]:
    person = opened(row, row.petition_id, ring=ring)
    same = [kind for kind, made in indexes.items() if row._mapping[f"{kind}_index"] in made]
    shown = dict(row._mapping)
    shown |= masked_words(shown, names=[person["name"]] if person["name"] else [])
    shown |= masked_person(person) | {"same": same}
    return shown | (words_apart() if row.apart else {})


def _facts(found: Mapping[str, Any]) -> dict[str, Any]:
    return {"shown": [item["petition_id"] for item in found["items"]]}
