"""The three kinds of advice 三项建议, each with written feedback of its adoption (T22 Art.40)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing.domain.coordination import STEPS
from routing.models import coordination as tables
from routing.resources import Resources
from routing.use_cases.coordination import cases, things
from routing.use_cases.coordination.things import Row
from shared.auth import Principal
from shared.clock import Clock, office_day
from shared.db import Session
from shared.errors import Conflict, Invalid, both
from shared.web.paging import page

ACCOUNTABILITY = "accountability"


def send_advice(
    session: Session, *, body: Mapping[str, Any], by: Principal, clock: Clock, resources: Resources
) -> Row:
    """Send advice to a unit; the law sets no day for its feedback, so the letter may."""
    now, step = clock.now(), STEPS["advice", "send"]
    _check_body(session, body, now=now)
    on = body["case_ids"]
    secret = cases.check_parties(session, case_ids=on, units=[], by=by)
    kept = ("kind", "to_unit", "about_unit", "ground", "problem", "suggestion", "due_day")
    row = things.begin(
        session,
        step,
        by=by,
        now=now,
        said={name: body[name] for name in ("kind", "to_unit", "about_unit", "ground")},
        secret=secret,
        cases=len(on),
        **{name: body[name] for name in kept},
    )
    cases.link(session, tables.advice_cases, row["advice_id"], on)
    _tell(session, "send", row, on, now=now, resources=resources)
    return _present(session, row, by=by)


def feed_back(
    session: Session,
    *,
    advice_id: str,
    if_match: int,
    body: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> Row:
    """Say in writing whether advice was adopted, with the measures taken or the reasons why not."""
    now, step = clock.now(), STEPS["advice", "feed_back"]
    row = things.find(session, "advice", advice_id, may_see=_may_see(by), lock=True)
    things.check(step, row, if_match=if_match, by=by)
    if row["kind"] == "improve_work" and row["to_unit"] not in cases.own_units(by):
        raise Conflict(
            both("改进工作建议由收文单位自行反馈。", "The unit that got it feeds back itself."),
            code="not_your_unit",
            basis=step.basis,
        )
    row = things.move(
        session,
        step,
        row,
        by=by,
        now=now,
        adopted=body["adopted"],
        feedback=body["feedback"],
        fed_back_at=now,
    )
    on = cases.linked(session, tables.advice_cases, advice_id)
    _tell(session, "feed_back", row, on, now=now, resources=resources)
    return _present(session, row, by=by)


def advice_for(session: Session, *, advice_id: str, by: Principal) -> Row:
    """One piece of advice with its journal; NotFound where it is not theirs to know."""
    row = things.find(session, "advice", advice_id, may_see=_may_see(by))
    return _present(session, row, by=by)


def list_advice(session: Session, *, query: dict[str, Any], by: Principal) -> dict[str, Any]:
    """A page of the advice that a caller may know of, newest first."""
    table, links = tables.advice, tables.advice_cases
    statement = sa.select(table).where(_may_see(by))
    for name in ("state", "kind", "to_unit"):
        if query[name]:
            statement = statement.where(table.c[name] == query[name])
    if query["case_id"]:
        on = sa.select(links.c.advice_id).where(
            links.c.case_id == query["case_id"], cases.sees_case(links.c.case_id, by=by)
        )
        statement = statement.where(table.c.advice_id.in_(on))

    def show(row: Any) -> Row:
        return things.present("advice", row._mapping, by=by)

    return page(session, statement, by=table.c.seq, query=query, present=show)


def list_advice_cases(
    session: Session, *, advice_id: str, query: dict[str, Any], by: Principal
) -> dict[str, Any]:
    """A page of the cases that advice is drawn from, title only."""
    things.find(session, "advice", advice_id, may_see=_may_see(by))
    return cases.list_linked(
        session, tables.advice_cases, advice_id, through=False, query=query, by=by
    )


def _check_body(session: Session, body: Mapping[str, Any], *, now: dt.datetime) -> None:
    about, due = body["about_unit"], body["due_day"]
    cases.check_units(session, "to_unit", [body["to_unit"]])
    if about is not None:
        cases.check_units(session, "about_unit", [about])
    if due is not None and due < office_day(now):
        raise Invalid({"due_day": both("不能早于今天。", "May not lie in the past.")})
    if body["kind"] != ACCOUNTABILITY:
        if body["ground"] is not None:
            raise Invalid(
                {"ground": both("仅追究责任建议须填写。", "For accountability advice only.")}
            )
        return
    missing = both("追究责任建议必填。", "Required for accountability advice.")
    if wrong := {name: missing for name in ("ground", "about_unit") if body[name] is None}:
        raise Invalid(wrong)
    if about == body["to_unit"]:
        raise Conflict(
            both(
                "追究责任建议应送有管理权限的机关，不能送被建议追责的单位。",
                "It goes to the body with power over the unit, not to the unit itself.",
            ),
            code="advice_to_itself",
            basis=STEPS["advice", "send"].basis,
        )


def _may_see(by: Principal) -> sa.ColumnElement[bool]:
    """The bureau's, and those sent to one's own unit; accountability only for who decides."""
    table = tables.advice
    sent_here = table.c.to_unit.in_(cases.own_units(by))
    if not by.sees_all_units:
        return sent_here
    open_to = cases.seen_with_all(tables.advice_cases, table, by=by)
    if not by.has("supervisor", "leader", "dispatcher"):
        open_to = sa.and_(open_to, table.c.kind != ACCOUNTABILITY)
    return sa.or_(sent_here, open_to)


def _tell(
    session: Session,
    name: str,
    row: Row,
    case_ids: list[str],
    *,
    now: dt.datetime,
    resources: Resources,
) -> None:
    """Tell the cases; whom accountability advice went to is not told, lest it warn the unit."""
    quiet = row["kind"] == ACCOUNTABILITY
    cases.tell(
        session,
        STEPS["advice", name],
        case_ids=case_ids,
        at=now,
        unit=None if quiet else row["to_unit"],
        due=None if quiet else row["due_day"],
        resources=resources,
    )


def _present(session: Session, row: Row, *, by: Principal) -> Row:
    steps = things.journal(session, "advice", row["advice_id"])
    return things.present("advice", row, by=by) | {"journal": steps}
