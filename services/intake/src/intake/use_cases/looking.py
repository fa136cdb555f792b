"""Looking at a petition: role and unit decide, every look is written down."""

from typing import Any

import sqlalchemy as sa

from intake import models
from intake.resources import Resources
from intake.use_cases.auditing import write_down
from intake.use_cases.masking import (
    masked_person,
    masked_supplement,
    masked_words,
    supplements_apart,
    words_apart,
)
from intake.use_cases.sealing import participants_of, petitioner_of
from intake.use_cases.seeing import seen_by, withheld_petitions, words_kept_from
from shared.auth import Principal
from shared.clock import Clock, office_day
from shared.db import Session
from shared.errors import NotFound


def look_at(
    session: Session,
    *,
    petition_id: str,
    by: Principal,
    clock: Clock,
    resources: Resources,
    purpose: str | None = None,
    purpose_kind: str | None = None,
) -> dict[str, Any]:
    """A petition for a member of staff; identity and words are masked unless a purpose is stated.

    Who handles the rest of a petition that an accusation was split off sees the petitioner, and
    none of the words: the case says what the rest is.
    Every look is written down, refused ones too. NotFound where it is not theirs to know.
    """
    masked = purpose is None
    row = found_by(session, petition_id, by=by)
    shown: dict[str, Any] = {}
    if row.seen:
        shown = _shown(session, row, masked=masked, clock=clock, resources=resources)
    write_down(
        session,
        act="look" if masked else "unmask",
        who=by.sub,
        petition_id=petition_id,
        purpose_kind=purpose_kind,
        purpose=purpose,
        refused=not row.seen,
        clock=clock,
        keys=resources.audit_keys,
    )
    if not row.seen:
        raise refusal()
    return shown


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
    row = found_by(session, petition_id, by=by)
    person = petitioner_of(session, petition_id, resources.ring) if row.seen else None
    write_down(
        session,
        act="claim",
        who=by.sub,
        petition_id=petition_id,
        purpose=purpose,
        document_id=document_id,
        refused=not row.seen,
        clock=clock,
        keys=resources.audit_keys,
    )
    if not row.seen:
        raise refusal()
    return {"petition_id": petition_id, "petitioner": person}


def found_by(session: Session, petition_id: str, *, by: Principal) -> sa.Row[Any]:
    """The petition, whether the caller may see it (`seen`), and whether its words are kept from
    them (`apart`); NotFound where there is none.
    """
    table = models.petitions
    row = session.execute(
        sa.select(table, seen_by(by).label("seen"), words_kept_from(by).label("apart")).where(
            table.c.petition_id == petition_id
        )
    ).first()
    if row is None:
        raise NotFound()
    return row


def refusal() -> NotFound:
    """What whoever may not see a petition is told; that they asked stays written down."""
    refused = NotFound()
    refused.keep_work = True
    return refused


def note_look(
    session: Session,
    petition_id: str,
    *,
    by: Principal,
    clock: Clock,
    resources: Resources,
    with_words: bool = False,
    **told: Any,
) -> sa.Row[Any]:
    """Write down that somebody looked at what hangs on a petition; NotFound if not theirs.

    `with_words`: what is looked at goes with the words, which may be kept apart. `told` goes into
    the entry.
    """
    row = found_by(session, petition_id, by=by)
    refused = not row.seen or (with_words and row.apart)
    write_down(
        session,
        **{"act": "look"} | told,
        who=by.sub,
        petition_id=petition_id,
        refused=refused,
        clock=clock,
        keys=resources.audit_keys,
    )
    if refused:
        raise refusal()
    return row


def find_by_number(session: Session, *, petition_no: str, by: Principal) -> dict[str, Any]:
    """The id of the petition with a number; NotFound where it is not the caller's to know."""
    table = models.petitions
    petition_id = session.scalar(
        sa.select(table.c.petition_id).where(table.c.petition_no == petition_no, seen_by(by))
    )
    if petition_id is None:
        raise NotFound()
    return {"petition_id": petition_id, "petition_no": petition_no}


def check_may_see(session: Session, petition_id: str, *, by: Principal) -> None:
    """NotFound where a petition is not the caller's to know."""
    if not found_by(session, petition_id, by=by).seen:
        raise NotFound()


def _shown(
    session: Session, row: sa.Row[Any], *, masked: bool, clock: Clock, resources: Resources
) -> dict[str, Any]:
    ring, petition_id = resources.ring, row.petition_id
    person = petitioner_of(session, petition_id, ring)
    beside = participants_of(session, petition_id, ring, today=office_day(clock.now()))
    shown = dict(row._mapping) | {
        "masked": masked,
        "anonymous": not (person and person["name"]),
        "location": _location(row),
        "petitioner": person,
        "participants": beside,
        "supplements": _supplements(session, petition_id, resources),
    }
    if masked:
        names = [one["name"] for one in (person, *beside) if one and one["name"]]
        shown |= masked_words(shown, names=names)
        shown["petitioner"] = person and masked_person(person)
        shown["participants"] = [masked_person(one) for one in beside]
        shown["supplements"] = [masked_supplement(one, names=names) for one in shown["supplements"]]
    if row.apart:
        shown |= words_apart() | {"supplements": supplements_apart(shown["supplements"])}
    return shown


def _location(row: sa.Row[Any]) -> dict[str, Any] | None:
    if row.longitude is None:
        return None
    return {
        "longitude": row.longitude,
        "latitude": row.latitude,
        "system": row.coordinate_system,
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
