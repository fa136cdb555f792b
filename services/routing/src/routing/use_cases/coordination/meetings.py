"""Coordination meetings 协调会, on a case, on thousands, or on a hotspot (T22 Arts.13, 14, 24)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing.domain.coordination import STEPS, Step
from routing.models import coordination as tables
from routing.models.documents import documents
from routing.resources import Resources
from routing.use_cases.coordination import cases, things
from routing.use_cases.coordination.things import Row
from routing.use_cases.units import unit_names
from shared.auth import Principal
from shared.clock import Clock, office_day
from shared.db import Session
from shared.errors import Conflict, Invalid, both
from shared.web.paging import page


def call_meeting(
    session: Session, *, body: Mapping[str, Any], by: Principal, clock: Clock, resources: Resources
) -> Row:
    """Send the notice of a meeting: what on, when, where, which units attend."""
    now = clock.now()
    if not body["case_ids"] and not body["hotspot_id"]:
        raise Invalid({"case_ids": both("须有事项或热点。", "Name cases or a hotspot.")})
    if body["starts_at"] <= now:
        raise Invalid({"starts_at": both("须晚于现在。", "Must lie ahead.")})
    cases.check_units(session, "units", body["units"])
    secret = cases.check_parties(session, case_ids=body["case_ids"], units=body["units"], by=by)
    step = STEPS["meeting", "call"]
    kept = ("title", "place", "host", "starts_at", "notice", "hotspot_id")
    row = things.begin(
        session,
        step,
        by=by,
        now=now,
        said={"units": body["units"], "cases": len(body["case_ids"])},
        secret=secret,
        cases=len(body["case_ids"]),
        **{name: body[name] for name in kept},
    )
    attending = [{"meeting_id": row["meeting_id"], "unit": unit} for unit in body["units"]]
    session.execute(sa.insert(tables.meeting_units), attending)
    cases.link(session, tables.meeting_cases, row["meeting_id"], body["case_ids"])
    _tell(session, step, row, body["case_ids"], now=now, resources=resources)
    return _present(session, row, by=by)


def add_cases(
    session: Session,
    *,
    meeting_id: str,
    if_match: int,
    body: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> Row:
    """Put more cases on a meeting that has not been held; those on it already are left as is."""
    row, step = _locked(session, "add_cases", meeting_id, if_match=if_match, by=by)
    known = set(cases.linked(session, tables.meeting_cases, meeting_id))
    new = [case_id for case_id in body["case_ids"] if case_id not in known]
    units = [unit for unit, _ in _units(session, meeting_id)]
    secret = cases.check_parties(session, case_ids=new, units=units, by=by)
    cases.link(session, tables.meeting_cases, meeting_id, new)
    now = clock.now()
    row = things.move(
        session,
        step,
        row,
        by=by,
        now=now,
        said={"cases": len(new)},
        cases=row["cases"] + len(new),
        secret=row["secret"] or secret,
    )
    _tell(session, step, row, new, now=now, resources=resources)
    return _present(session, row, by=by)


def move_meeting(
    session: Session,
    *,
    name: str,
    meeting_id: str,
    if_match: int,
    body: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> Row:
    """Hold, minute, approve or cancel a meeting."""
    row, step = _locked(session, name, meeting_id, if_match=if_match, by=by)
    changes: dict[str, Any] = {}
    if name == "hold":
        _keep_attended(session, meeting_id, body["attended"])
    elif name == "minute":
        changes = {"minutes": body["minutes"], "minutes_by": by.sub}
    elif name == "approve":
        if row["minutes_by"] == by.sub:
            raise Conflict(
                both("纪要不能由起草人本人审定。", "Who wrote the minutes may not approve them."),
                code="own_minutes",
                basis=step.basis,
            )
        changes = {"document_id": body["document_id"] or row["document_id"]}
    now = clock.now()
    row = things.move(session, step, row, by=by, now=now, said=body, **changes)
    on_it = cases.linked(session, tables.meeting_cases, meeting_id) if step.told else []
    _tell(session, step, row, on_it, now=now, resources=resources)
    return _present(session, row, by=by)


def meeting_for(session: Session, *, meeting_id: str, by: Principal) -> Row:
    """One meeting with its units and journal; NotFound where it is not theirs to know."""
    return _present(session, seen(session, meeting_id=meeting_id, by=by), by=by)


def list_meetings(session: Session, *, query: dict[str, Any], by: Principal) -> dict[str, Any]:
    """A page of the meetings a caller may know of, newest first."""
    table, links = tables.meetings, tables.meeting_cases
    statement = sa.select(table).where(_may_see(by))
    for name in ("state", "hotspot_id"):
        if query[name]:
            statement = statement.where(table.c[name] == query[name])
    if query["case_id"]:
        on = sa.select(links.c.meeting_id).where(
            links.c.case_id == query["case_id"], cases.sees_case(links.c.case_id, by=by)
        )
        statement = statement.where(table.c.meeting_id.in_(on))

    def show(row: Any) -> Row:
        return things.present("meeting", row._mapping, by=by) | {"minutes": None}

    return page(session, statement, by=table.c.seq, query=query, present=show)


def list_meeting_cases(
    session: Session, *, meeting_id: str, query: dict[str, Any], by: Principal
) -> dict[str, Any]:
    """A page of the cases of a meeting, title only."""
    things.find(session, "meeting", meeting_id, may_see=_may_see(by))
    return cases.list_linked(session, tables.meeting_cases, meeting_id, query=query, by=by)


def minutes_facts(session: Session, *, meeting_id: str, by: Principal) -> Row:
    """What the document 协调会纪要 must say (T22 Arts.13, 24): when, where, who, what, by whom."""
    row = things.find(session, "meeting", meeting_id, may_see=_may_see(by))
    names, table = unit_names(session), tables.tasks
    decided = session.execute(
        sa.select(table.c.title, table.c.unit, table.c.due_day)
        .where(table.c.source_id == meeting_id, table.c.state != "cancelled")
        .order_by(table.c.seq)
    )
    units = _units(session, meeting_id)
    told = ("title", "place", "host", "starts_at", "notice", "minutes", "cases")
    return {name: row[name] for name in told} | {
        "attended": [names[unit] for unit, came in units if came],
        "absent": [names[unit] for unit, came in units if not came],
        "tasks": [dict(task._mapping) | {"unit": names[task.unit]} for task in decided],
    }


def seen(session: Session, *, meeting_id: str, by: Principal, lock: bool = False) -> Row:
    """The meeting as it is kept; NotFound where it is not theirs to know."""
    return things.find(session, "meeting", meeting_id, may_see=_may_see(by), lock=lock)


def _may_see(by: Principal) -> sa.ColumnElement[bool]:
    table, units = tables.meetings, tables.meeting_units
    open_to = cases.seen_with_all(tables.meeting_cases, table, by=by)
    if by.sees_all_units:
        return open_to
    attends = sa.select(units.c.meeting_id).where(units.c.unit.in_(cases.own_units(by)))
    return sa.and_(open_to, table.c.meeting_id.in_(attends))


def _locked(
    session: Session, name: str, meeting_id: str, *, if_match: int, by: Principal
) -> tuple[Row, Step]:
    step = STEPS["meeting", name]
    row = things.find(session, "meeting", meeting_id, may_see=_may_see(by), lock=True)
    things.check(step, row, if_match=if_match, by=by)
    return row, step


def _units(session: Session, meeting_id: str) -> list[tuple[str, bool | None]]:
    table = tables.meeting_units
    rows = session.execute(
        sa.select(table.c.unit, table.c.attended)
        .where(table.c.meeting_id == meeting_id)
        .order_by(table.c.unit)
    )
    return [(row.unit, row.attended) for row in rows]


def _keep_attended(session: Session, meeting_id: str, attended: list[str]) -> None:
    table = tables.meeting_units
    invited = {unit for unit, _ in _units(session, meeting_id)}
    if strangers := sorted(set(attended) - invited):
        raise Invalid(
            {"attended": both(f"未通知该单位：{strangers[0]}。", f"{strangers[0]} is not invited.")}
        )
    session.execute(
        sa.update(table)
        .where(table.c.meeting_id == meeting_id)
        .values(attended=table.c.unit.in_(attended))
    )


def _tell(
    session: Session,
    step: Step,
    row: Row,
    case_ids: list[str],
    *,
    now: dt.datetime,
    resources: Resources,
) -> None:
    day = office_day(row["starts_at"])
    cases.tell(session, step, case_ids=case_ids, at=now, due=day, resources=resources)


def _present(session: Session, row: Row, *, by: Principal) -> Row:
    units = [{"unit": unit, "attended": came} for unit, came in _units(session, row["meeting_id"])]
    found = {
        "units": units,
        "journal": things.journal(session, "meeting", row["meeting_id"]),
        "papers": _papers(session, row),
    }
    return things.present("meeting", row, by=by) | found


def _papers(session: Session, row: Row) -> list[Row]:
    """The meeting's papers: which, how far each is, under which number it was issued."""
    ids = [one for one in (row["notice_id"], row["document_id"]) if one]
    table = documents
    found = session.execute(
        sa.select(
            table.c.document_id, table.c.kind, table.c.state, table.c.number, table.c.issued_on
        )
        .where(table.c.document_id.in_(ids))
        .order_by(table.c.seq)
    )
    return [dict(one._mapping) for one in found]
