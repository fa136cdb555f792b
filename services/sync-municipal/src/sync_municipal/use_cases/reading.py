"""Showing the ledger: a case's exchanges, counts and gauges."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from shared import access
from shared.auth import Principal
from shared.db import Session
from shared.errors import NotFound
from shared.web.paging import page
from sync_municipal.models import (
    ACKNOWLEDGED,
    PENDING,
    REFUSED,
    case_petitions,
    cases,
    exchanges,
    marks,
)
from sync_municipal.use_cases.holding import may_go


def exchanges_of(
    session: Session, *, case_id: str, principal: Principal, query: dict[str, Any]
) -> dict[str, Any]:
    """A case's exchanges, newest first; NotFound for a case the caller may not know of."""
    visible = access.visible(
        principal,
        secret=cases.c.secret,
        lead_unit=cases.c.lead_unit,
        helps=lambda _units: sa.false(),
        named=marks.named(principal, cases.c.case_id),
        withheld=marks.withheld(principal, cases.c.case_id),
    )
    known = sa.select(cases.c.case_id).where(cases.c.case_id == case_id, visible)
    if session.scalar(known) is None:
        raise NotFound()
    statement = sa.select(exchanges).where(exchanges.c.case_id == case_id)
    return page(session, statement, by=exchanges.c.id, query=query, present=shown)


def exchanges_that_are(
    session: Session, *, status: str, principal: Principal, query: dict[str, Any]
) -> dict[str, Any]:
    """The exchanges with a status, newest first, without what is withheld from the caller."""
    told = exchanges.c.case_id.not_in(marks.withheld_cases(principal))
    statement = sa.select(exchanges).where(exchanges.c.status == status, told)
    return page(session, statement, by=exchanges.c.id, query=query, present=shown)


def shown(row: sa.Row[Any]) -> dict[str, Any]:
    """An exchange without what was sent; `version` means the case's, not the row's."""
    hidden = ("version", "payload", "idempotency_key", "traceparent")
    kept = {name: value for name, value in row._mapping.items() if name not in hidden}
    return kept | {"case_version": row.version}


def counts(session: Session, *, principal: Principal) -> dict[str, int]:
    """What is known, what waits, what the city has; without what is withheld from the caller."""
    table, newer = exchanges, exchanges.alias("newer")
    withheld = marks.withheld_cases(principal)
    told = table.c.case_id.not_in(withheld)
    links = case_petitions
    hidden = sa.select(links.c.petition_id).where(links.c.case_id.in_(withheld))
    petitions = sa.func.count(links.c.petition_id.distinct())
    grouped = sa.select(table.c.status, sa.func.count()).where(told).group_by(table.c.status)
    by_status = {status: count for status, count in session.execute(grouped)}
    is_newest = ~sa.exists().where(
        newer.c.case_id == table.c.case_id, newer.c.version > table.c.version
    )
    return {
        "petitions": _count(session, petitions, links.c.petition_id.not_in(hidden)),
        "cases": _count(session, sa.func.count(cases.c.case_id), cases.c.case_id.not_in(withheld)),
        PENDING: by_status.get(PENDING, 0),
        ACKNOWLEDGED: by_status.get(ACKNOWLEDGED, 0),
        REFUSED: by_status.get(REFUSED, 0),
        "cases_synced": _count(
            session, sa.func.count(table.c.id), table.c.status == ACKNOWLEDGED, is_newest, told
        ),
    }


def _count(session: Session, what: sa.ColumnElement[int], *where: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(what).where(*where)) or 0


def gauges(session: Session, now: dt.datetime) -> dict[str, float]:
    """What waits for the city, how long already, and what it would not take.

    What is held back because its case became secret waits for nobody.
    """
    table = exchanges
    pending, oldest = session.execute(
        sa.select(sa.func.count(), sa.func.min(table.c.created_at)).where(
            table.c.status == PENDING, may_go()
        )
    ).one()
    return {
        "sync_municipal_pending": pending,
        "sync_municipal_oldest_pending_seconds": (now - oldest).total_seconds() if oldest else 0.0,
        "sync_municipal_refused": _count(
            session, sa.func.count(table.c.id), table.c.status == REFUSED
        ),
    }
