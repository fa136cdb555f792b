"""Answering what supervision knows, to those who may know it."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from shared import access
from shared.auth import Principal
from shared.db import Session
from shared.errors import NotFound
from shared.web.paging import page_by_key
from supervision.domain import days_late, is_overdue, light_of, worst
from supervision.models import case_petitions, cases, clocks, co_units, entries, petitions

# Written out, so that the partial index of the same condition is used.
_OWED = sa.text("clocks.state = 'running' AND clocks.kind = 'duty'")


def _visible(principal: Principal) -> sa.ColumnElement[bool]:
    return access.visible(
        principal,
        secret=cases.c.secret,
        lead_unit=cases.c.lead_unit,
        helps=lambda units: sa.exists().where(
            co_units.c.case_id == cases.c.case_id, co_units.c.unit.in_(units)
        ),
    )


def timeline(
    session: Session,
    *,
    case_id: str,
    principal: Principal,
    now: dt.datetime,
    yellow: dt.timedelta,
) -> dict[str, Any]:
    """A case's header, its clocks with their lights, and what happened, oldest first."""
    case = session.execute(
        sa.select(cases).where(cases.c.case_id == case_id, _visible(principal))
    ).first()
    if case is None:
        raise NotFound()
    shown = [
        _lit(row, now=now, yellow=yellow)
        for row in session.execute(
            sa.select(clocks)
            .where(clocks.c.case_id == case_id)
            .order_by(clocks.c.due_at, clocks.c.clock_id)
        )
    ]
    happened = session.execute(
        sa.select(entries)
        .where(entries.c.case_id == case_id)
        .order_by(entries.c.at, entries.c.version)
    )
    return case.header | {
        "case_id": case.case_id,
        "version": case.version,
        "light": worst(clock["light"] for clock in shown),
        "clocks": shown,
        "entries": [row._asdict() for row in happened],
    }


def _lit(clock: Any, *, now: dt.datetime, yellow: dt.timedelta) -> dict[str, Any]:
    """A clock with what it shows at `now`."""
    facts = {"kind": clock.kind, "state": clock.state, "due_at": clock.due_at, "now": now}
    return clock._asdict() | {
        "light": light_of(**facts, yellow=yellow),
        "overdue": is_overdue(**facts),
    }


def overdue(
    session: Session, *, principal: Principal, now: dt.datetime, query: dict[str, Any]
) -> dict[str, Any]:
    """A page of the running duties whose last day is over, longest overdue first."""
    statement = (
        sa.select(clocks, cases.c.case_no, cases.c.header, cases.c.lead_unit)
        .join(cases, cases.c.case_id == clocks.c.case_id)
        .where(_OWED, clocks.c.due_at <= now, _visible(principal))
    )
    if query["unit"]:
        statement = statement.where(cases.c.lead_unit == query["unit"])
    by = [clocks.c.due_at, clocks.c.case_id, clocks.c.clock_id]

    def present(row: Any) -> dict[str, Any]:
        late = days_late(due_day=row.due_day, now=now)
        return row.header | row._asdict() | {"unit": row.lead_unit, "days_late": late}

    return page_by_key(session, statement, by=by, query=query, present=present)


def counts(session: Session, *, principal: Principal) -> dict[str, int]:
    """Distinct petitions, cases and timeline entries: the bureau's totals, or a unit's own.

    A total of the whole district tells nothing about any one case; a unit's leaves out what its
    staff may not see.
    """
    linked = sa.select(case_petitions.c.petition_id)
    wanted: dict[str, sa.SelectBase]
    if principal.sees_all_units:
        wanted = {
            "petitions": sa.union(linked, sa.select(petitions.c.petition_id)),
            "cases": sa.select(cases.c.case_id),
            "entries": sa.select(entries.c.event_id),
        }
    else:
        own = sa.select(cases.c.case_id).where(_visible(principal))
        wanted = {
            "petitions": linked.where(case_petitions.c.case_id.in_(own)).distinct(),
            "cases": own,
            "entries": sa.select(entries.c.event_id).where(entries.c.case_id.in_(own)),
        }
    return {
        name: session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0
        for name, rows in wanted.items()
    }
