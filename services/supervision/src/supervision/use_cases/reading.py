"""Answering what supervision knows, to those who may know it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from shared import access
from shared.auth import Principal
from shared.db import Session
from shared.errors import NotFound
from shared.states import ENDED, name_of
from shared.web.paging import page_by_key
from supervision.domain import days_late, is_overdue, light_of, worst
from supervision.models import case_petitions, cases, clocks, co_units, entries, marks, petitions
from supervision.telling import line_of

NO_UNIT = "-"
"""Stands for no unit where one is asked for; no unit has so short a code."""
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
        named=marks.named(principal, cases.c.case_id),
        withheld=marks.withheld(principal, cases.c.case_id),
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
    return case.header | {
        "case_id": case.case_id,
        "version": case.version,
        "state_name": name_of(case.state),
        "ended": case.state in ENDED,
        "light": worst(clock["light"] for clock in shown),
        "clocks": shown,
        "entries": _entries(session, case_id=case_id, principal=principal),
    }


def _entries(session: Session, *, case_id: str, principal: Principal) -> list[dict[str, Any]]:
    """What happened, oldest first; a case that the reader may not see is not named in it."""
    happened = session.execute(
        sa.select(entries)
        .where(entries.c.case_id == case_id)
        .order_by(entries.c.at, entries.c.version, entries.c.event_id)
    ).all()
    named = {row.facts["into"] for row in happened if "into" in row.facts}
    seen = set(
        session.scalars(
            sa.select(cases.c.case_id).where(cases.c.case_id.in_(named), _visible(principal))
        )
        if named
        else ()
    )
    return [
        row._asdict()
        | {
            "text": line_of(row.type, row.facts),
            "facts": {
                name: value for name, value in row.facts.items() if name != "into" or value in seen
            },
        }
        for row in happened
    ]


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
        unit = None if query["unit"] == NO_UNIT else query["unit"]
        statement = statement.where(cases.c.lead_unit.is_not_distinct_from(unit))
    by = [clocks.c.due_at, clocks.c.case_id, clocks.c.clock_id]

    def present(row: Any) -> dict[str, Any]:
        late = days_late(due_day=row.due_day, now=now)
        return row.header | row._asdict() | {"unit": row.lead_unit, "days_late": late}

    return page_by_key(session, statement, by=by, query=query, present=present)


def overdue_by_unit(session: Session, *, principal: Principal, now: dt.datetime) -> dict[str, Any]:
    """How many of those clocks each unit has, the unit of the longest overdue first."""
    first = sa.func.min(clocks.c.due_day)
    rows = session.execute(
        sa.select(
            cases.c.lead_unit.label("unit"),
            sa.func.count().label("clocks"),
            sa.func.count(cases.c.case_id.distinct()).label("cases"),
            first.label("due_day"),
            # Any case of the unit: its header has the unit's name.
            sa.func.max(cases.c.case_id).label("one"),
        )
        .join(cases, cases.c.case_id == clocks.c.case_id)
        .where(_OWED, clocks.c.due_at <= now, _visible(principal))
        .group_by(cases.c.lead_unit)
        .order_by(first, cases.c.lead_unit)
    ).all()
    headers = sa.select(cases.c.case_id, cases.c.header).where(
        cases.c.case_id.in_([row.one for row in rows])
    )
    named = {row.case_id: row.header.get("lead_unit_name") for row in session.execute(headers)}
    return {
        "items": [
            row._asdict()
            | {
                "unit_name": named[row.one],
                "days_late": days_late(due_day=row.due_day, now=now),
            }
            for row in rows
        ]
    }


def counts(session: Session, *, principal: Principal) -> dict[str, int]:
    """Distinct petitions, cases and timeline entries: the bureau's totals, or a unit's own.

    A total of the whole district tells nothing about any one case, but for those withheld from
    the caller, which are left out; a unit's leaves out what its staff may not see.
    """
    if not principal.sees_all_units:
        return _counted(session, _of(sa.select(cases.c.case_id).where(_visible(principal))))
    linked = sa.select(case_petitions.c.petition_id)
    district: dict[str, sa.SelectBase] = {
        "petitions": sa.union(linked, sa.select(petitions.c.petition_id)),
        "cases": sa.select(cases.c.case_id),
        "entries": sa.select(entries.c.event_id),
    }
    hidden = _counted(session, _of(marks.withheld_cases(principal)))
    return {name: all_ - hidden[name] for name, all_ in _counted(session, district).items()}


def _of(those: sa.Select[Any] | sa.CompoundSelect[Any]) -> dict[str, sa.SelectBase]:
    """What is counted of some cases."""
    linked = case_petitions.c
    return {
        "petitions": sa.select(linked.petition_id).where(linked.case_id.in_(those)).distinct(),
        "cases": those,
        "entries": sa.select(entries.c.event_id).where(entries.c.case_id.in_(those)),
    }


def _counted(session: Session, wanted: Mapping[str, sa.SelectBase]) -> dict[str, int]:
    return {
        name: session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0
        for name, rows in wanted.items()
    }
