"""Tasks: what a meeting or a leader decided, by whom and until when, followed until it is done."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from routing.domain.coordination import OPEN_TASKS, OWED_TASKS, STEPS
from routing.models import coordination as tables
from routing.resources import Resources
from routing.use_cases.coordination import cases, drafts, instructions, meetings, things
from routing.use_cases.coordination.things import Row
from shared.auth import Principal
from shared.clock import Clock, day_ends, office_day
from shared.db import Session
from shared.errors import Conflict, Invalid, both
from shared.web.paging import page_by_key

SYSTEM = Principal(sub="system")
_LATE_AT_ONCE = 20


def set_task(
    session: Session, *, body: Mapping[str, Any], by: Principal, clock: Clock, resources: Resources
) -> Row:
    """Give a unit a task with a due day, on cases named or on all of its meeting's."""
    now, step = clock.now(), STEPS["task", "set"]
    _check_ahead("due_day", body["due_day"], now)
    cases.check_units(session, "unit", [body["unit"]])
    on = _cases_meant(session, body, by=by)
    secret = cases.check_parties(session, case_ids=on, units=[body["unit"]], by=by)
    kept = ("unit", "title", "detail", "due_day", "source", "source_id")
    row = things.begin(
        session,
        step,
        by=by,
        now=now,
        said={"unit": body["unit"], "due_day": body["due_day"], "cases": len(on)},
        open=True,
        secret=secret,
        due_at=day_ends(body["due_day"]),
        cases=len(on),
        overdue_told=False,
        **{name: body[name] for name in kept},
    )
    cases.link(session, tables.task_cases, row["task_id"], on)
    _tell(session, "set", row, on, now=now, resources=resources)
    return _present(session, row, by=by, now=now)


def move_task(
    session: Session,
    *,
    name: str,
    task_id: str,
    if_match: int,
    body: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> Row:
    """Accept, report, finish, return or cancel a task; a finished one drafts replies."""
    step, now = STEPS["task", name], clock.now()
    row = things.find(session, "task", task_id, may_see=_may_see(by), lock=True)
    things.check(step, row, if_match=if_match, by=by)
    changes: dict[str, Any] = {"open": step.to in OPEN_TASKS}
    if name == "report":
        changes |= {"result": body["result"], "reported_by": by.sub, "reported_at": now}
    elif name == "return":
        changes |= {"return_reason": body["reason"]} | _new_due(row, body["due_day"], now)
    elif name == "finish" and row["reported_by"] == by.sub:
        raise Conflict(
            both("任务不能由报告人本人验收。", "Who reported a task may not accept it as done."),
            code="own_report",
            basis=step.basis,
        )
    row = things.move(session, step, row, by=by, now=now, said=body, **changes)
    on = cases.linked(session, tables.task_cases, task_id)
    if name == "finish":
        drafts.make_drafts(session, task=row, case_ids=on, by=by, now=now)
    _tell(session, name, row, on, now=now, resources=resources)
    return _present(session, row, by=by, now=now)


def task_for(session: Session, *, task_id: str, by: Principal, clock: Clock) -> Row:
    """One task with its journal; NotFound where it is not theirs to know."""
    row = things.find(session, "task", task_id, may_see=_may_see(by))
    return _present(session, row, by=by, now=clock.now())


def list_tasks(
    session: Session, *, query: dict[str, Any], by: Principal, clock: Clock
) -> dict[str, Any]:
    """A page of the tasks a caller may know of, what is due first first."""
    table, links, now = tables.tasks, tables.task_cases, clock.now()
    statement = sa.select(table).where(_may_see(by))
    if query["which"] != "all":
        statement = statement.where(table.c.open == (query["which"] != "ended"))
    if query["which"] == "overdue":
        statement = statement.where(table.c.state.in_(OWED_TASKS), table.c.due_at <= now)
    for name in ("unit", "source_id"):
        if query[name]:
            statement = statement.where(table.c[name] == query[name])
    if query["case_id"]:
        on = sa.select(links.c.task_id).where(
            links.c.case_id == query["case_id"], cases.sees_case(links.c.case_id, by=by)
        )
        statement = statement.where(table.c.task_id.in_(on))

    def show(row: Any) -> Row:
        return _shown(dict(row._mapping), by=by, now=now)

    order = [table.c.due_at, table.c.task_id]
    return page_by_key(session, statement, by=order, query=query, present=show)


def list_task_cases(
    session: Session, *, task_id: str, query: dict[str, Any], by: Principal
) -> dict[str, Any]:
    """A page of the cases that a task is on: title and masked words."""
    things.find(session, "task", task_id, may_see=_may_see(by))
    return cases.list_linked(session, tables.task_cases, task_id, words=True, query=query, by=by)


def mark_overdue(session: Session, *, now: dt.datetime, resources: Resources) -> int:
    """Write down and tell, once, of tasks whose due day has passed; returns how many."""
    table, step = tables.tasks, STEPS["task", "fall_due"]
    late = session.execute(
        sa.select(table)
        .where(
            table.c.open,
            table.c.state.in_(OWED_TASKS),
            table.c.due_at <= now,
            sa.not_(table.c.overdue_told),
        )
        .order_by(table.c.due_at)
        .limit(_LATE_AT_ONCE)
        .with_for_update(of=table)
    ).all()
    for found in late:
        row = dict(found._mapping)
        key = table.c.task_id == row["task_id"]
        session.execute(sa.update(table).where(key).values(overdue_told=True))
        things.note(session, step, row, by=SYSTEM, now=now, before=row["state"], said={})
        on = cases.linked(session, tables.task_cases, row["task_id"])
        _tell(session, "fall_due", row, on, now=now, resources=resources)
    return len(late)


def _cases_meant(session: Session, body: Mapping[str, Any], *, by: Principal) -> Sequence[str]:
    """The cases named; else those of the meeting, instruction or charge that the task is from."""
    source, source_id, named = body["source"], body["source_id"], body["case_ids"]
    if source == "case":
        if source_id is not None:
            raise Invalid({"source_id": both("此来源不须填写。", "This source takes none.")})
        if not named:
            raise Invalid({"case_ids": both("须写明事项。", "Name the cases.")})
        return list(named)
    if source_id is None:
        raise Invalid({"source_id": both("须写明来源。", "Say where the task comes from.")})
    if source == "meeting":
        meeting = meetings.seen(session, meeting_id=source_id, by=by)
        if meeting["state"] in ("called", "cancelled"):
            raise Conflict(
                both("协调会尚未召开，不能下达任务。", "The meeting has not been held."),
                code="not_held",
                basis=STEPS["task", "set"].basis,
            )
        whole = cases.linked(session, tables.meeting_cases, source_id)
    else:
        whole = [instructions.case_of(session, thing=source, thing_id=source_id, by=by)]
    if strangers := set(named) - set(whole):
        at = next(n for n, case_id in enumerate(named) if case_id in strangers)
        raise Invalid(
            {f"case_ids.{at}": both("不在该来源的事项之内。", "Not a case of that source.")}
        )
    return list(named) or whole


def _check_ahead(field: str, day: dt.date, now: dt.datetime) -> None:
    if day < office_day(now):
        raise Invalid({field: both("不能早于今天。", "May not lie in the past.")})


def _new_due(row: Row, day: dt.date | None, now: dt.datetime) -> dict[str, Any]:
    if day is None or day == row["due_day"]:
        return {}
    _check_ahead("due_day", day, now)
    return {"due_day": day, "due_at": day_ends(day), "overdue_told": False}


def _may_see(by: Principal) -> sa.ColumnElement[bool]:
    table = tables.tasks
    open_to = cases.seen_with_all(tables.task_cases, table, by=by)
    if by.sees_all_units:
        return open_to
    return sa.and_(open_to, table.c.unit.in_(cases.own_units(by)))


def _tell(
    session: Session,
    name: str,
    row: Row,
    case_ids: Sequence[str],
    *,
    now: dt.datetime,
    resources: Resources,
) -> None:
    cases.tell(
        session,
        STEPS["task", name],
        case_ids=case_ids,
        at=now,
        unit=row["unit"],
        due=row["due_day"],
        resources=resources,
    )


def _shown(row: Row, *, by: Principal, now: dt.datetime) -> Row:
    late = row["state"] in OWED_TASKS and row["due_at"] <= now
    return things.present("task", row, by=by) | {"overdue": late}


def _present(session: Session, row: Row, *, by: Principal, now: dt.datetime) -> Row:
    steps = things.journal(session, "task", row["task_id"])
    return _shown(row, by=by, now=now) | {"journal": steps}
