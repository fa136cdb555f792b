"""Looking at a petition: role and unit decide, every look is written down."""

import uuid
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.resources import Resources
from intake.use_cases.masking import masked_person, masked_words
from shared.access import SECRET_ROLES, UNIT_ROLES, sees_every_secret
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

    Every look is written down, refused ones too. NotFound where it is not theirs to know.
    """
    table = models.petitions
    row = session.execute(sa.select(table).where(table.c.petition_id == petition_id)).first()
    if row is None:
        raise NotFound()
    refused = not _may_see(session, row, by=by)
    session.execute(
        sa.insert(models.looks).values(
            look_id=str(uuid.uuid4()),
            petition_id=petition_id,
            who=by.sub,
            unmasked=purpose is not None and not refused,
            purpose=purpose,
            refused=refused,
            at=clock.now(),
        )
    )
    if refused:
        refusal = NotFound()
        refusal.keep_work = True
        raise refusal
    masked = purpose is None
    person = _person(session, petition_id, resources)
    found = dict(row._mapping) | {"masked": masked, "petitioner": person}
    if masked:
        found |= masked_words(found, name=(person or {}).get("name"))
        found["petitioner"] = person and masked_person(person)
    return found


def _may_see(session: Session, row: sa.Row[Any], *, by: Principal) -> bool:
    """The rule of `shared.access`, on the units kept of each case, the leading one first."""
    if by.sees_all_units:
        return not row.secret or sees_every_secret(by)
    if row.secret and not by.has(*UNIT_ROLES, *SECRET_ROLES):
        return False
    access = models.case_access
    units = session.scalars(
        sa.select(access.c.units).where(access.c.petition_id == row.petition_id)
    ).all()
    open_to = [found[:1] if row.secret else found for found in units]
    return any(by.unit_scope & set(found) for found in open_to)


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


def count(session: Session) -> dict[str, int]:
    """How many petitions were registered."""
    found = session.scalar(sa.select(sa.func.count()).select_from(models.petitions))
    return {"petitions": int(found or 0)}
