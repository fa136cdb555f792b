"""Alarms on what should have happened and did not."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from shared import access
from shared.auth import Principal
from shared.contracts import REPLAY_REQUESTED
from shared.db import Session, upsert
from shared.web.paging import page_by_key
from supervision.domain import WITHOUT_CASE
from supervision.models import alarms, ground, petitions

_ALARMS_A_RUN = 1000


def raise_alarms(session: Session, *, now: dt.datetime, within: dt.timedelta) -> int:
    """Raise alarms on petitions that have waited longer than `within`; returns how many are new.

    History raises none. After a rebuild petitions come back before their cases do, so that none
    is raised until `within` has passed again.
    """
    outbox = ground.outbox
    rebuilt = sa.select(sa.func.count()).where(
        outbox.c.type == REPLAY_REQUESTED, outbox.c.created_at > now - within
    )
    if session.scalar(rebuilt):
        return 0
    raised = sa.exists().where(
        alarms.c.kind == WITHOUT_CASE,
        alarms.c.petition_id == petitions.c.petition_id,
        alarms.c.cleared_at.is_(None),
    )
    waiting = session.scalars(
        sa.select(petitions.c.petition_id)
        .where(
            petitions.c.case_id.is_(None),
            petitions.c.historical.is_(False),
            petitions.c.recorded_at <= now - within,
            ~raised,
        )
        .order_by(petitions.c.recorded_at)
        .limit(_ALARMS_A_RUN)
    ).all()
    rows = [
        {"kind": WITHOUT_CASE, "petition_id": one, "raised_at": now, "cleared_at": None}
        for one in waiting
    ]
    upsert(session, alarms, rows, key=["kind", "petition_id"])
    return len(rows)


def gauges(session: Session, _now: dt.datetime) -> dict[str, float]:
    """Petitions that no case is known for, and alarms that stand."""
    without = sa.select(sa.func.count()).where(petitions.c.case_id.is_(None))
    standing = sa.select(sa.func.count()).where(alarms.c.cleared_at.is_(None))
    return {
        "supervision_petitions_without_case": session.scalar(without) or 0,
        "supervision_alarms_standing": session.scalar(standing) or 0,
    }


def standing_alarms(
    session: Session, *, principal: Principal, now: dt.datetime, query: dict[str, Any]
) -> dict[str, Any]:
    """A page of the alarms that stand, oldest first; nobody below the bureau sees one."""
    statement = (
        sa.select(alarms, petitions.c.petition_no, petitions.c.registered_at)
        .add_columns(petitions.c.recorded_at, petitions.c.secret)
        .join(petitions, petitions.c.petition_id == alarms.c.petition_id)
        .where(alarms.c.cleared_at.is_(None))
    )
    if not principal.sees_all_units:
        statement = statement.where(sa.false())
    if not access.sees_every_secret(principal):
        statement = statement.where(petitions.c.secret.is_(False))

    def present(row: Any) -> dict[str, Any]:
        waited = int((now - row.recorded_at).total_seconds() // 60)
        return row._asdict() | {"minutes_waiting": waited}

    by = [alarms.c.raised_at, alarms.c.petition_id, alarms.c.kind]
    return page_by_key(session, statement, by=by, query=query, present=present)
