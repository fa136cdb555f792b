"""Reception days 接访日: when a leader receives visitors, which cases come, what came of each.

Petitioners read when and where (T22 Art.18); who comes is written down by case, never by name.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain.coordination import STEPS
from routing.models import coordination as tables
from routing.resources import Resources
from routing.use_cases.coordination import cases, things
from routing.use_cases.coordination.contacts import check_petition
from routing.use_cases.coordination.things import Row
from shared.auth import Principal
from shared.clock import Clock, office_day
from shared.db import Session
from shared.errors import Conflict, Invalid, NotFound, both
from shared.web.paging import page, page_by_key


def plan_reception(
    session: Session, *, body: Mapping[str, Any], by: Principal, clock: Clock
) -> Row:
    """Plan a day on which a leader receives visitors."""
    now = clock.now()
    starts, ends = body["starts_at"], body["ends_at"]
    if starts <= now:
        raise Invalid({"starts_at": both("须晚于现在。", "Must lie ahead.")})
    if ends <= starts or office_day(ends) != office_day(starts):
        raise Invalid({"ends_at": both("须晚于开始，且在同一天。", "Later on the same day.")})
    row = things.begin(session, STEPS["reception", "plan"], by=by, now=now, booked=0, **body)
    return _present(session, row, by=by)


def reception_for(session: Session, *, reception_id: str, by: Principal) -> Row:
    """A reception day with its journal."""
    row = things.find(session, "reception", reception_id, may_see=sa.true())
    return _present(session, row, by=by)


def cancel_reception(
    session: Session,
    *,
    reception_id: str,
    if_match: int,
    body: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> Row:
    """Call a reception day off, and with it what was booked for it."""
    step, now, table = STEPS["reception", "cancel"], clock.now(), tables.reception_bookings
    row = things.find(session, "reception", reception_id, may_see=sa.true(), lock=True)
    things.check(step, row, if_match=if_match, by=by)
    booked = session.execute(
        sa.select(table).where(table.c.reception_id == reception_id, table.c.state == "booked")
    ).all()
    off = STEPS["booking", "cancel"]
    for found in booked:
        things.move(session, off, dict(found._mapping), by=by, now=now, said=body)
    _tell(session, "cancel", row, [b.case_id for b in booked], now=now, resources=resources)
    row = things.move(session, step, row, by=by, now=now, said=body, booked=0)
    return _present(session, row, by=by)


def book(
    session: Session,
    *,
    reception_id: str,
    if_match: int,
    body: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> Row:
    """Book a case, or the case of a petition, for a reception day; 409 where it is full."""
    step, now, table = STEPS["reception", "book"], clock.now(), tables.reception_bookings
    row = things.find(session, "reception", reception_id, may_see=sa.true(), lock=True)
    things.check(step, row, if_match=if_match, by=by)
    if now >= row["ends_at"]:
        raise Conflict(
            both("接访日已过。", "The reception day is over."), code="over", basis=step.basis
        )
    if row["booked"] >= row["slots"]:
        raise Conflict(both("名额已满。", "No slot is free."), code="full", basis=step.basis)
    case = _case_meant(session, body, by=by)
    twin = sa.select(table.c.seq).where(
        table.c.reception_id == reception_id,
        table.c.case_id == case["case_id"],
        table.c.state != "cancelled",
    )
    if session.execute(twin).first() is not None:
        raise Conflict(
            both("此件已预约当日接访。", "The case is booked for that day already."),
            code="booked_already",
            basis=step.basis,
        )
    booking = things.begin(
        session,
        STEPS["booking", "book"],
        by=by,
        now=now,
        reception_id=reception_id,
        case_id=case["case_id"],
        petition_id=body["petition_id"],
    )
    said = {"booking_id": booking["booking_id"]}
    row = things.move(session, step, row, by=by, now=now, said=said, booked=row["booked"] + 1)
    _tell(session, "book", row, [case["case_id"]], now=now, resources=resources)
    return _present(session, row, by=by) | said


def settle_booking(
    session: Session,
    *,
    name: str,
    booking_id: str,
    if_match: int,
    body: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> Row:
    """Write down what came of a booking: received, absent or cancelled."""
    step, now, table = STEPS["booking", name], clock.now(), tables.reception_bookings
    may_see = cases.sees_case(table.c.case_id, by=by)
    known = things.find(session, "booking", booking_id, may_see=may_see)
    day = things.find(session, "reception", known["reception_id"], may_see=sa.true(), lock=True)
    row = things.find(session, "booking", booking_id, may_see=may_see, lock=True)
    things.check(step, row, if_match=if_match, by=by)
    if name == "cancel":
        days = tables.reception_days
        session.execute(
            sa.update(days)
            .where(days.c.reception_id == day["reception_id"])
            .values(booked=days.c.booked - 1, version=days.c.version + 1)
        )
    elif now < day["starts_at"]:
        raise Conflict(
            both("接访尚未开始。", "The reception has not begun."),
            code="not_begun",
            basis=step.basis,
        )
    row = things.move(session, step, row, by=by, now=now, result=body["result"])
    _tell(session, name, day, [row["case_id"]], now=now, resources=resources)
    return things.present("booking", row, by=by)


def list_receptions(session: Session, *, query: dict[str, Any], by: Principal) -> dict[str, Any]:
    """A page of reception days by their beginning, from a day on."""
    table = tables.reception_days
    statement = sa.select(table)
    if query["since"]:
        statement = statement.where(table.c.starts_at >= query["since"])
    order = [table.c.starts_at, table.c.reception_id]

    def show(row: Any) -> Row:
        return things.present("reception", row._mapping, by=by)

    return page_by_key(session, statement, by=order, query=query, present=show)


def list_public_receptions(
    session: Session, *, query: dict[str, Any], clock: Clock
) -> dict[str, Any]:
    """A page of the public reception days to come: when, where, the leader's title."""
    table = tables.reception_days
    statement = sa.select(
        table.c.starts_at, table.c.ends_at, table.c.place, table.c.leader_title
    ).where(table.c.public, table.c.state == "planned", table.c.ends_at > clock.now())
    order = [table.c.starts_at, table.c.reception_id]
    return page_by_key(
        session, statement, by=order, query=query, present=lambda row: dict(row._mapping)
    )


def list_bookings(session: Session, *, query: dict[str, Any], by: Principal) -> dict[str, Any]:
    """A page of bookings whose cases a caller may see, newest first."""
    table = tables.reception_bookings
    statement = sa.select(table).where(cases.sees_case(table.c.case_id, by=by))
    for name in ("reception_id", "case_id"):
        if query[name]:
            statement = statement.where(table.c[name] == query[name])

    def show(row: Any) -> Row:
        return things.present("booking", row._mapping, by=by)

    return page(session, statement, by=table.c.seq, query=query, present=show)


def _case_meant(session: Session, body: Mapping[str, Any], *, by: Principal) -> Row:
    case_id, petition_id, links = body["case_id"], body["petition_id"], models.case_petitions
    if case_id is None and petition_id is None:
        raise Invalid({"case_id": both("须写明信访事项或信访件。", "Name a case or a petition.")})
    if case_id is None:
        wanted = sa.select(links.c.case_id).where(links.c.petition_id == petition_id)
        case_id = session.execute(wanted).scalar()
        if case_id is None:
            raise NotFound()
    case = cases.lock_case(session, case_id, by=by)
    if petition_id is not None:
        check_petition(session, case, petition_id)
    return case


def _tell(
    session: Session,
    name: str,
    day: Row,
    case_ids: list[str],
    *,
    now: dt.datetime,
    resources: Resources,
) -> None:
    on = office_day(day["starts_at"])
    step = STEPS["booking", name]
    cases.tell(session, step, case_ids=case_ids, at=now, due=on, resources=resources)


def _present(session: Session, row: Row, *, by: Principal) -> Row:
    steps = things.journal(session, "reception", row["reception_id"])
    return things.present("reception", row, by=by) | {"journal": steps}
