"""Suspecting an accusation: noted at registration, decided by the bureau (T22 Arts.22(2), 30)."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.suspicion import CLEARED, FOUND_BY
from intake.events import PetitionCleared, events
from intake.resources import Resources
from intake.use_cases.announcing import tell_words
from intake.use_cases.drafting import Draft
from intake.use_cases.looking import check_may_see
from intake.use_cases.sealing import participants_of, petitioner_of
from intake.use_cases.seeing import withheld_petitions
from shared.auth import Principal
from shared.clock import Clock, office_day
from shared.db import Session
from shared.errors import Conflict, NotFound, both
from shared.outbox import emit
from shared.web.paging import page_by_key

_table, _petitions = models.suspicions, models.petitions
_insert = sa.insert(_table)


def note_suspicions(session: Session, drafts: Iterable[Draft], *, now: dt.datetime) -> None:
    """Let the suspected wait for a dispatcher's word."""
    rows = [
        {
            "petition_id": draft.row["petition_id"],
            "words": list(draft.suspicion.words),
            "found_by": draft.suspicion.found_by,
            "found_at": now,
        }
        for draft in drafts
        if draft.suspicion
    ]
    if rows:
        session.execute(_insert, rows)


def open_suspicions(session: Session, *, by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """Petitions that wait for a dispatcher's word, the oldest first; none withheld from them."""
    statement = (
        sa.select(_table, _petitions.c.petition_no, _petitions.c.channel, _petitions.c.received_at)
        .join_from(_table, _petitions, _petitions.c.petition_id == _table.c.petition_id)
        .where(_table.c.decision.is_(None), _table.c.petition_id.not_in(withheld_petitions(by)))
    )
    return page_by_key(
        session,
        statement,
        by=[_table.c.found_at, _table.c.petition_id],
        query=query,
        present=lambda row: dict(row._mapping) | {"found_by_name": FOUND_BY[row.found_by]},
    )


def decide_suspicion(
    session: Session,
    *,
    petition_id: str,
    decision: str,
    reason: str,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Clear a petition, which then goes on with its words, or confirm that it accuses.

    NotFound where it is not suspected or not theirs to know, Conflict where it was decided before.
    """
    statement = sa.select(_table).where(_table.c.petition_id == petition_id).with_for_update()
    suspicion = session.execute(statement).first()
    if suspicion is None:
        raise NotFound()
    check_may_see(session, petition_id, by=by)
    if suspicion.decision is not None:
        raise Conflict(
            both("该件已作出认定。", "This was decided before."),
            code="decided_already",
            decision=suspicion.decision,
        )
    now = clock.now()
    decided = {"decision": decision, "reason": reason, "decided_by": by.sub, "decided_at": now}
    same = _table.c.petition_id == petition_id
    session.execute(sa.update(_table).where(same).values(**decided))
    if decision == CLEARED:
        _let_go_on(session, petition_id, now=now, resources=resources)
    return {"petition_id": petition_id, **decided}


def _let_go_on(
    session: Session, petition_id: str, *, now: dt.datetime, resources: Resources
) -> None:
    """The petition leaves the secret lane, and routing hears its words."""
    this = _petitions.c.petition_id == petition_id
    session.execute(sa.update(_petitions).where(this).values(secret=False))
    row = dict(session.execute(sa.select(_petitions).where(this)).one()._mapping)
    emit(
        session,
        events[PetitionCleared],
        subject=petition_id,
        data={"petition_id": petition_id, "cleared_at": now},
        time=now,
        historical=row["historical"],
    )
    ring = resources.ring
    beside = participants_of(session, petition_id, ring, today=office_day(now))
    persons = [petitioner_of(session, petition_id, ring), *beside]
    names = [person["name"] for person in persons if person and person["name"]]
    tell_words(session, row, names=names, at=now)
