"""Petitions in lists: what somebody may see of each, its words masked, every look written down."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.same_person import Person
from intake.resources import Resources
from intake.use_cases.auditing import append, entry
from intake.use_cases.seeing import seen_by, words_kept_from
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session
from shared.pii import mask_text

_FIELDS = ("petition_id", "petition_no", "channel", "addressee", "title", "registered_at")


def readable(session: Session, petition_ids: Collection[str], *, by: Principal) -> set[str]:
    """Those of these petitions that the caller may see, and whose words are not kept from them."""
    table = models.petitions.c
    theirs = sa.and_(seen_by(by), sa.not_(words_kept_from(by)))
    found = sa.select(table.petition_id).where(table.petition_id.in_(petition_ids), theirs)
    return set(session.scalars(found))


def void_among(session: Session, petition_ids: Collection[str]) -> set[str]:
    """Those of these petitions that should not have been registered."""
    table = models.voidings.c
    return set(
        session.scalars(sa.select(table.petition_id).where(table.petition_id.in_(petition_ids)))
    )


def persons_of(session: Session, petition_ids: Collection[str]) -> dict[str, Person]:
    """Who brought each of these petitions in, by blind indexes; nobody known is a Person too."""
    table = models.petitioners.c
    found = session.execute(
        sa.select(table.petition_id, table.phone_index, table.id_number_index).where(
            table.petition_id.in_(petition_ids)
        )
    )
    known = {row.petition_id: Person(row.phone_index, row.id_number_index) for row in found}
    return {one: known.get(one, Person()) for one in petition_ids}


def briefs(
    session: Session,
    petition_ids: Collection[str],
    *,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, dict[str, Any]]:
    """What a list shows of petitions that are `readable`; the looks are written down."""
    table, people, links = models.petitions, models.petitioners, models.matter_petitions
    found: sa.Select[Any] = (
        sa.select(*(table.c[name] for name in _FIELDS), people.c.name, links.c.matter_id)
        .outerjoin_from(table, people)
        .outerjoin(links, links.c.petition_id == table.c.petition_id)
        .where(table.c.petition_id.in_(petition_ids))
    )
    rows = session.execute(found).all()
    seen = [row.petition_id for row in rows]
    write_looks(session, seen, by=by, clock=clock, resources=resources)
    return {row.petition_id: _brief(row, resources) for row in rows}


def _brief(row: sa.Row[Any], resources: Resources) -> dict[str, Any]:
    place = f"{row.petition_id}/name"
    name = resources.ring.decrypt(row.name, place=place) if row.name else None
    shown = {field: row._mapping[field] for field in (*_FIELDS, "matter_id")}
    return shown | {"title": mask_text(row.title, names=[name])}


def write_looks(
    session: Session,
    petition_ids: Collection[str],
    *,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> None:
    """Write down that somebody saw these petitions, masked."""
    now = clock.now()
    looks = [entry(act="look", who=by.sub, at=now, petition_id=one) for one in petition_ids]
    if looks:
        append(session, looks, now=now, keys=resources.audit_keys)
