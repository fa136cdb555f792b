"""Reading cases: nobody sees more than role and unit allow."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain import procedure
from routing.resources import Resources
from routing.use_cases.units import unit_names
from shared import access
from shared.auth import Principal
from shared.db import Session
from shared.errors import NotFound
from shared.metrics import ByLabel, Gauges
from shared.web.paging import page

_SHOWN = (
    "case_id", "case_no", "version", "state", "petition_ids", "petition_nos", "channel", "purpose",
    "secret", "historical", "title", "content", "place", "suggestion", "category", "lead_unit",
    "co_units", "clocks", "next_due_at", "report_due", "reply", "service_method", "close_reason",
    "received_at", "opened_at", "classified_at", "forwarded_at", "accepted_at", "replied_at",
    "served_at", "closed_at",
)  # fmt: skip


def visible(by: Principal) -> sa.ColumnElement[bool]:
    """The condition for the cases a caller may know of."""
    table = models.cases
    return access.visible(
        by,
        secret=table.c.secret,
        lead_unit=table.c.lead_unit,
        helps=lambda _units: sa.false(),
    )


def present(
    row: Mapping[str, Any], *, by: Principal, names: Mapping[str, str], resources: Resources
) -> dict[str, Any]:
    """A case as a caller reads it, with what they may do now."""
    category = resources.rules.categories.get(row["category"])
    return {name: row[name] for name in _SHOWN} | {
        "state_name": procedure.STATES[row["state"]],
        "category_name": category.name if category else None,
        "lead_unit_name": names.get(row["lead_unit"], row["lead_unit"]),
        "allowed": procedure.allowed(row["state"], by.roles),
    }


def case_for(
    session: Session, *, case_id: str, by: Principal, resources: Resources
) -> dict[str, Any]:
    """One case; NotFound where it is not theirs to know."""
    table = models.cases
    seen = sa.select(table).where(table.c.case_id == case_id, visible(by))
    row = session.execute(seen).first()
    if row is None:
        raise NotFound()
    return present(dict(row._mapping), by=by, names=unit_names(session), resources=resources)


def list_cases(
    session: Session, *, query: dict[str, Any], by: Principal, resources: Resources
) -> dict[str, Any]:
    """A page of the cases a caller may see, newest first; the words of a case are not in lists."""
    table, links = models.cases, models.case_petitions
    statement = sa.select(*(table.c[name] for name in _SHOWN if name != "content")).where(
        visible(by)
    )
    for name, column in (
        ("state", table.c.state),
        ("unit", table.c.lead_unit),
        ("category", table.c.category),
    ):
        if query[name]:
            statement = statement.where(column == query[name])
    if query["due_before"]:
        statement = statement.where(table.c.next_due_at <= query["due_before"])
    if query["petition_id"]:
        linked = sa.select(links.c.case_id).where(links.c.petition_id == query["petition_id"])
        statement = statement.where(table.c.case_id.in_(linked))
    names = unit_names(session)

    def show(row: Any) -> dict[str, Any]:
        whole = dict(row._mapping) | {"content": None}
        return present(whole, by=by, names=names, resources=resources)

    return page(session, statement, by=table.c.seq, query=query, present=show)


def count(session: Session, *, by: Principal) -> dict[str, Any]:
    """How many cases and petitions there are: the bureau's totals, or a unit's own.

    A total of the whole district tells nothing about any one case.
    """
    table, links = models.cases, models.case_petitions
    known = sa.true() if by.sees_all_units else visible(by)
    by_state = session.execute(
        sa.select(table.c.state, sa.func.count()).where(known).group_by(table.c.state)
    )
    found = {state: number for state, number in by_state}
    linked = sa.select(sa.func.count()).select_from(links).join(table).where(known)
    petitions = session.scalar(linked)
    return {"cases": sum(found.values()), "petitions": petitions or 0, "by_state": found}


def gauges(session: Session, now: dt.datetime) -> Gauges:
    """Open cases by state, and those of which a duty is overdue, of all lanes together.

    Closed cases are not counted: there are a million of them, and an index leads past them. By
    unit, category or lane the numbers would be so small that they told of somebody.
    """
    table = models.cases
    open_states = [state for state in procedure.STATES if state != procedure.CLOSED]
    found = {
        state: count
        for state, count in session.execute(
            sa.select(table.c.state, sa.func.count())
            .where(table.c.state.in_(open_states))
            .group_by(table.c.state)
        )
    }
    late = sa.select(sa.func.count()).where(table.c.next_due_at <= now)
    return {
        "routing_cases_open": ByLabel("state", {s: found.get(s, 0) for s in open_states}),
        "routing_cases_overdue": session.scalar(late) or 0,
    }
