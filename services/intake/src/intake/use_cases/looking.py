"""Looking at a petition: role and unit decide, every look is written down."""

import uuid
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.resources import Resources
from intake.use_cases.cases import cases_of
from intake.use_cases.masking import (
    masked_person,
    masked_supplement,
    masked_words,
    supplements_apart,
    words_apart,
)
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

    Who handles the rest of a petition that an accusation was split off sees the petitioner, and
    none of the words: the case says what the rest is.
    Every look is written down, refused ones too. NotFound where it is not theirs to know.
    """
    row = _looked_at(session, petition_id, by=by, clock=clock, purpose=purpose)
    masked = purpose is None
    person = _person(session, petition_id, resources)
    more = _supplements(session, petition_id, resources)
    found = dict(row._mapping) | {"masked": masked, "petitioner": person, "supplements": more}
    if masked:
        name = (person or {}).get("name")
        found |= masked_words(found, name=name)
        found["petitioner"] = person and masked_person(person)
        found["supplements"] = [masked_supplement(one, name=name) for one in more]
    if _kept_apart(session, petition_id, by=by):
        found |= words_apart() | {"supplements": supplements_apart(found["supplements"])}
    return found


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
    _looked_at(session, petition_id, by=by, clock=clock, purpose=purpose, document_id=document_id)
    return {"petition_id": petition_id, "petitioner": _person(session, petition_id, resources)}


def _looked_at(
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
    refused = not may_see(session, row, by=by)
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


def may_see(session: Session, row: sa.Row[Any], *, by: Principal) -> bool:
    """The rule of `shared.access`, on the units kept of each case, the leading one first.

    A petition whose words are withheld from somebody in one of its cases is in all of them.
    """
    cases = cases_of(session, row.petition_id)
    if _any_of(session, cases, models.marks.withheld(by, models.cases.c.case_id)):
        return False
    if _any_of(session, cases, models.marks.named(by, models.cases.c.case_id)):
        return True
    secret = row.secret or any(case.secret for case in cases)
    if by.sees_all_units:
        return not secret or sees_every_secret(by)
    if secret and not by.has(*UNIT_ROLES, *SECRET_ROLES):
        return False
    open_to = [case.units[:1] if secret else case.units for case in cases]
    return any(by.unit_scope & set(found) for found in open_to)


def _kept_apart(session: Session, petition_id: str, *, by: Principal) -> bool:
    """Whether the petition's words hold an accusation that is not for the caller to read.

    It is for the secret lane's roles in the bureau and for the accusation's named readers, and in
    no case for whom it is withheld from (T22 Art.30(3)).
    """
    words, marks = models.case_words, models.marks
    closed = marks.withheld(by, words.c.case_id)
    if not sees_every_secret(by):
        closed = sa.or_(closed, sa.not_(marks.named(by, words.c.case_id)))
    found = sa.select(words.c.case_id).where(words.c.petition_id == petition_id, closed)
    return session.execute(found.limit(1)).first() is not None


def _any_of(session: Session, cases: Iterable[Any], condition: sa.ColumnElement[bool]) -> bool:
    """Whether a condition on `cases` holds for one of these."""
    table = models.cases
    ids = [case.case_id for case in cases]
    found = sa.select(table.c.case_id).where(table.c.case_id.in_(ids), condition)
    return session.execute(found.limit(1)).first() is not None


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


def _supplements(session: Session, petition_id: str, resources: Resources) -> list[dict[str, Any]]:
    """What was sent afterwards, oldest first."""
    table = models.supplements
    rows = session.execute(
        sa.select(table)
        .where(table.c.petition_id == petition_id)
        .order_by(table.c.received_at, table.c.supplement_id)
    )
    opened = resources.ring.decrypt
    return [
        dict(row._mapping)
        | {"email": opened(row.email, place=f"{row.supplement_id}/email") if row.email else None}
        for row in rows
    ]


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
