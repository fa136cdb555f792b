"""Looking at a petition: role and unit decide, every look is written down."""

import uuid
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.resources import Resources
from intake.use_cases.masking import masked_person, masked_words, words_apart
from intake.use_cases.seeing import kept_apart, seen_by
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session
from shared.errors import NotFound
from shared.pii import MASKS


def look_at(
    session: Session,
    *,
    petition_id: str,
    by: Principal,
    clock: Clock,
    resources: Resources,
    purpose: str | None = None,
) -> dict[str, Any]:
    """A petition for a member of staff; identity and words are masked unless a purpose is stated.

    Who handles the rest of a petition that an accusation was split off sees the petitioner, and
    none of the words: the case says what the rest is.
    Every look is written down, refused ones too. NotFound where it is not theirs to know.
    """
    row = looked_at(session, petition_id, by=by, clock=clock, purpose=purpose)
    masked = purpose is None
    person = _person(session, petition_id, resources)
    found = dict(row._mapping) | {"masked": masked, "petitioner": person}
    if masked:
        found |= masked_words(found, name=(person or {}).get("name"))
        found["petitioner"] = person and masked_person(person)
    return found | (words_apart() if kept_apart(session, [petition_id], by=by) else {})


def claim_identity(
    session: Session,
    *,
    petition_id: str,
    purpose: str,
    document_id: str,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """What a paper needs of the petitioner, for the person who draws it up or signs it off.

    The claim check of ADR 0007: written down with purpose and paper, refused ones too. NotFound
    where the petition is not theirs to know.
    """
    looked_at(session, petition_id, by=by, clock=clock, purpose=purpose, document_id=document_id)
    return {"petition_id": petition_id, "petitioner": _person(session, petition_id, resources)}


def looked_at(
    session: Session,
    petition_id: str,
    *,
    by: Principal,
    clock: Clock,
    purpose: str | None,
    document_id: str | None = None,
) -> sa.Row[Any]:
    """The petition, the look at it written down; NotFound, which keeps that, if not theirs."""
    table = models.petitions
    row = session.execute(sa.select(table).where(table.c.petition_id == petition_id)).first()
    if row is None:
        raise NotFound()
    refused = not seen_by(session, {petition_id: row.secret}, by=by)
    session.execute(
        sa.insert(models.looks).values(
            look_id=str(uuid.uuid4()),
            petition_id=petition_id,
            who=by.sub,
            unmasked=purpose is not None and not refused,
            purpose=purpose,
            document_id=document_id,
            refused=refused,
            at=clock.now(),
        )
    )
    if refused:
        refusal = NotFound()
        refusal.keep_work = True
        raise refusal
    return row


def _person(
    session: Session, petition_id: str, resources: Resources
) -> dict[str, str | None] | None:
    table = models.petitioners
    row = session.execute(sa.select(table).where(table.c.petition_id == petition_id)).first()
    if row is None:
        return None
    sealed = {name: row._mapping[name] for name in MASKS}
    return {
        name: resources.ring.decrypt(value, place=f"{petition_id}/{name}") if value else None
        for name, value in sealed.items()
    }


def count(session: Session, *, by: Principal) -> dict[str, int]:
    """How many petitions were registered, but for those of cases withheld from the caller."""
    hidden = sa.select(sa.func.count()).select_from(withheld_petitions(by).subquery())
    counted = session.scalar(sa.select(sa.func.count()).select_from(models.petitions)) or 0
    return {"petitions": counted - (session.scalar(hidden) or 0)}


def withheld_petitions(by: Principal) -> sa.Select[Any]:
    """The ids of petitions whose case is withheld from the caller, each once."""
    links = models.case_access
    return (
        sa.select(links.c.petition_id)
        .distinct()
        .join_from(links, models.cases, models.cases.c.case_id == links.c.case_id)
        .where(
            links.c.case_id.in_(models.marks.withheld_cases(by)),
            links.c.version >= models.cases.c.version,
        )
    )
