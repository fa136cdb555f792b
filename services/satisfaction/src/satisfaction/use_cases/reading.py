"""Answering what satisfaction knows, to those who may know it; every count is derived."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from satisfaction.domain import GRADES, OBJECTS, OPEN, RECORDED
from satisfaction.models import case_petitions, cases, co_units, evaluations, marks
from satisfaction.use_cases.standing import stands
from shared import access
from shared.auth import Principal
from shared.clock import day_ends
from shared.db import Session
from shared.web.paging import page_by_key


def _visible(
    principal: Principal, case_id: sa.ColumnElement[str] = cases.c.case_id
) -> sa.ColumnElement[bool]:
    """The condition on `cases`; `case_id` is known even where the case is not yet."""
    return access.visible(
        principal,
        secret=cases.c.secret,
        lead_unit=cases.c.lead_unit,
        helps=lambda units: sa.exists().where(
            co_units.c.case_id == cases.c.case_id, co_units.c.unit.in_(units)
        ),
        named=marks.named(principal, case_id),
        withheld=marks.withheld(principal, case_id),
    )


def evaluations_of(
    session: Session, *, principal: Principal, query: dict[str, Any]
) -> dict[str, Any]:
    """A page of a petition's evaluations, those in cases that the caller may see."""
    statement = (
        sa.select(evaluations)
        .outerjoin(cases, cases.c.case_id == evaluations.c.case_id)
        .where(
            evaluations.c.petition_id == query["petition_id"],
            _visible(principal, evaluations.c.case_id),
            stands(),
        )
    )
    by = [evaluations.c.opened_at, evaluations.c.evaluation_id]
    return page_by_key(session, statement, by=by, query=query, present=lambda row: row._asdict())


def own_evaluations(session: Session, *, petition_id: str) -> dict[str, Any]:
    """What a petitioner may evaluate now or has evaluated: of several cases, of each object the
    one that `record` would take, else the one recorded last."""
    rows = session.execute(
        sa.select(evaluations)
        .where(evaluations.c.petition_id == petition_id, stands())
        .order_by(evaluations.c.opened_at.desc(), evaluations.c.case_id.desc())
    ).all()
    recorded_first = sorted(rows, key=lambda row: row.state == OPEN)
    chosen = {row.object: row._asdict() for row in recorded_first}
    return {"items": [chosen[one] for one in OBJECTS if one in chosen]}


def counts_by_unit(
    session: Session, *, principal: Principal, query: dict[str, Any]
) -> dict[str, Any]:
    """Evaluations opened and recorded by unit, object and grade; a unit's staff see their own.

    `query` may name the day, `since`, from which on they were opened: without it every evaluation
    that ever was is counted, which grows with the years.
    """
    graded = {grade: evaluations.c.grade == grade for grade in GRADES}
    columns = {
        "recorded": evaluations.c.state == RECORDED,
        **graded,
        "simulated": evaluations.c.simulated,
    }
    statement = (
        sa.select(
            evaluations.c.unit,
            evaluations.c.object,
            sa.func.count().label("opened"),
            *(sa.func.count().filter(when).label(name) for name, when in columns.items()),
        )
        .outerjoin(cases, cases.c.case_id == evaluations.c.case_id)
        .where(_visible(principal, evaluations.c.case_id), stands())
        .group_by(evaluations.c.unit, evaluations.c.object)
    )
    if query["since"]:
        begins = day_ends(query["since"] - dt.timedelta(days=1))
        statement = statement.where(evaluations.c.opened_at >= begins)
    if not principal.sees_all_units:
        statement = statement.where(evaluations.c.unit.in_(sorted(principal.unit_scope)))
    # Ordered here: told to, PostgreSQL would sort every evaluation before it counts.
    rows = sorted(session.execute(statement).all(), key=lambda row: (row.unit, row.object))
    return {"items": [row._asdict() for row in rows]}


def counts(session: Session, *, principal: Principal) -> dict[str, int]:
    """Petitions, cases and evaluations: the bureau's totals, or those of a unit's own cases.

    A total of the whole district tells nothing about any one case, but for those withheld from
    the caller, which are left out; a unit's leaves out what its staff may not see.
    """
    if not principal.sees_all_units:
        return _counted(session, sa.select(cases.c.case_id).where(_visible(principal)))
    hidden = _counted(session, marks.withheld_cases(principal))
    return {name: all_ - hidden[name] for name, all_ in _counted(session, None).items()}


def _counted(
    session: Session, those: sa.Select[Any] | sa.CompoundSelect[Any] | None
) -> dict[str, int]:
    """The counts of some cases, or of all that is known."""
    linked = sa.select(case_petitions.c.petition_id).distinct()
    opened = sa.select(evaluations.c.evaluation_id).where(stands())
    if those is not None:
        linked = linked.where(case_petitions.c.case_id.in_(those))
        opened = opened.where(evaluations.c.case_id.in_(those))
    wanted = {
        "petitions": linked,
        "cases": sa.select(cases.c.case_id) if those is None else those,
        "opened": opened,
        "recorded": opened.where(evaluations.c.state == RECORDED),
    }
    return {
        name: session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0
        for name, rows in wanted.items()
    }
