"""The reception queue: tickets of a place and day, called at counters, no visitor twice.

ticket --> waiting --next--> called --> registered | left          called --> no_show --> waiting
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.reception import (
    CALLED,
    END_REASONS,
    LEFT,
    NO_SHOW,
    PLACE,
    PRIORITIES,
    REGISTERED,
    SELF_STATED,
    STATES,
    WAITING,
)
from intake.resources import Resources
from intake.use_cases.sheets import held_by_another
from shared.auth import Principal
from shared.clock import Clock, office_day
from shared.db import Session, dialect_insert
from shared.errors import Conflict, Forbidden, Invalid, NotFound, both
from shared.metrics import Gauges
from shared.web.paging import page

VISIT = "visit"
_table, _days = models.visits, models.ticket_numbers


def take_ticket(
    session: Session,
    *,
    place: str,
    ticket: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Queue up at a reception place today; the numbers of a place and day begin with 1.

    A ticket machine tells no priority that is for staff to see.
    """
    _check_reception(place, by=by)
    now, priority = clock.now(), ticket["priority"]
    if by.channels and priority and priority not in SELF_STATED:
        raise Invalid({"priority": both("由工作人员认定。", "This is for staff to see.")})
    day = office_day(now)
    visit_id = str(uuid.uuid4())
    session.execute(
        sa.insert(_table),
        {
            "visit_id": visit_id,
            "place": place,
            "day": day,
            "ticket": _next_ticket(session, place, day),
            "people": ticket["people"],
            "priority": priority,
            "rank": resources.desks.priorities.rank(priority),
            "state": WAITING,
            "taken_by": by.sub,
            "taken_at": now,
            "queued_at": now,
            "version": 0,
        },
    )
    row = locked_visit(session, visit_id)
    return frame(row, now=now) | {"ahead": _ahead(session, row)}


def list_queue(
    session: Session, *, place: str, query: dict[str, Any], clock: Clock
) -> dict[str, Any]:
    """A page of a place's tickets of a day, in their order, without names and records."""
    now = clock.now()
    statement = sa.select(_table).where(
        _table.c.place == place, _table.c.day == (query["day"] or office_day(now))
    )
    if query["state"] != "all":
        statement = statement.where(_table.c.state == query["state"])
    return page(
        session,
        statement,
        by=_table.c.ticket,
        query=query,
        present=lambda row: frame(row, now=now),
        newest_first=False,
    )


def call_next(
    session: Session, *, place: str, counter: str, by: Principal, clock: Clock
) -> dict[str, Any]:
    """Call whoever is next to a counter; nobody where none waits.

    Two counters that call at once never get the same visitor. Conflict while the clerk still has
    one before them.
    """
    now = clock.now()
    today = (_table.c.place == place, _table.c.day == office_day(now))
    before = sa.select(_table.c.ticket).where(
        *today, _table.c.state == CALLED, _table.c.called_by == by.sub
    )
    if (ticket := session.scalar(before.limit(1))) is not None:
        raise Conflict(
            both(f"请先办结{ticket}号。", f"Finish with number {ticket} first."),
            code="still_receiving",
            ticket=ticket,
        )
    following = session.execute(
        sa.select(_table)
        .where(*today, _table.c.state == WAITING)
        .order_by(_table.c.rank, _table.c.queued_at, _table.c.ticket)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if following is None:
        return {"visit": None}
    changes = {
        "state": CALLED,
        "called_at": now,
        "first_called_at": following.first_called_at or now,
        "called_by": by.sub,
        "counter": counter,
    }
    return {"visit": frame(change_visit(session, following.visit_id, changes), now=now)}


def note_no_show(session: Session, *, visit_id: str, by: Principal, clock: Clock) -> dict[str, Any]:
    """Note that whoever was called did not come."""
    held_visit(session, visit_id, by=by)
    return frame(change_visit(session, visit_id, {"state": NO_SHOW}), now=clock.now())


def queue_again(session: Session, *, visit_id: str, by: Principal, clock: Clock) -> dict[str, Any]:
    """Put somebody back into today's queue, behind those of the same priority: after a no-show
    any clerk, while they are received the clerk who has them. What was recorded stays. A
    dispatcher or leader does so for a clerk who is away.
    """
    now, row = clock.now(), locked_visit(session, visit_id)
    _check_held(row, by=by)
    if row.state not in (CALLED, NO_SHOW):
        raise not_now(row)
    if row.day != office_day(now):
        raise Conflict(both("不是今天的号。", "Not a ticket of today."), code="not_today")
    changes = {"state": WAITING, "queued_at": now, "called_by": None, "counter": None}
    return frame(change_visit(session, visit_id, changes), now=now)


def end_visit(
    session: Session, *, visit_id: str, reason: str, by: Principal, clock: Clock
) -> dict[str, Any]:
    """End a visit of which nothing is registered, with the reason; it cannot go on."""
    row = locked_visit(session, visit_id)
    _check_held(row, by=by)
    if row.state in (REGISTERED, LEFT):
        raise not_now(row)
    now = clock.now()
    changes = {"state": LEFT, "ended_at": now, "end_reason": reason}
    return frame(change_visit(session, visit_id, changes), now=now)


def count_visits(
    session: Session, *, since: dt.date, until: dt.date, place: str | None
) -> dict[str, Any]:
    """Of each day and place: tickets by what became of them, people, how long they waited."""
    if until < since:
        raise Invalid({"until": both("不能早于开始日期。", "Not before the first day.")})
    statement = sa.select(
        _table.c.place,
        _table.c.day,
        _table.c.state,
        _table.c.people,
        _table.c.taken_at,
        _table.c.first_called_at,
    ).where(_table.c.day.between(since, until))
    if place is not None:
        statement = statement.where(_table.c.place == place)
    days: dict[tuple[dt.date, str], list[Any]] = {}
    for row in session.execute(statement):
        days.setdefault((row.day, row.place), []).append(row)
    return {"items": [_day(*key, days[key]) for key in sorted(days)]}


def gauges(session: Session, now: dt.datetime) -> Gauges:
    """How many visitors wait today."""
    waiting = sa.select(sa.func.count()).where(
        _table.c.state == WAITING, _table.c.day == office_day(now)
    )
    return {"intake_visitors_waiting": float(session.scalar(waiting) or 0)}


def held_visit(session: Session, visit_id: str, *, by: Principal) -> sa.Row[Any]:
    """The visit that the clerk receives now, locked until the end.

    NotFound where there is none; Conflict where another clerk has it or it is not being received.
    """
    row = locked_visit(session, visit_id)
    if row.state != CALLED:
        raise not_now(row)
    if row.called_by != by.sub:
        raise held_by_another()
    return row


def locked_visit(session: Session, visit_id: str) -> sa.Row[Any]:
    """A visit, locked until the end; NotFound where there is none."""
    this = sa.select(_table).where(_table.c.visit_id == visit_id).with_for_update()
    row = session.execute(this).first()
    if row is None:
        raise NotFound()
    return row


def change_visit(session: Session, visit_id: str, changes: Mapping[str, Any]) -> sa.Row[Any]:
    """Change a visit that is locked; what it is now."""
    this = _table.c.visit_id == visit_id
    session.execute(sa.update(_table).where(this).values(**changes))
    return session.execute(sa.select(_table).where(this)).one()


def not_now(row: sa.Row[Any]) -> Conflict:
    """What is said of a visit that is in no state for this."""
    if row.petition_id is not None:
        return Conflict(
            both("该来访已登记。", "This visit is registered."),
            code="already_registered",
            petition_id=row.petition_id,
        )
    said = STATES.get(row.state, row.state)
    return Conflict(
        both(f"当前为“{said}”，不能进行此项操作。", f"The visit is {row.state} now."),
        state=row.state,
    )


def frame(row: sa.Row[Any], *, now: dt.datetime) -> dict[str, Any]:
    """A visit without persons and record, and how long it has waited or did wait, in seconds."""
    waited = (row.first_called_at or row.ended_at or now) - row.taken_at
    return dict(row._mapping) | {
        "state_name": STATES.get(row.state, row.state),
        "priority_name": PRIORITIES.get(row.priority or "", row.priority),
        "end_reason_name": END_REASONS.get(row.end_reason or "", row.end_reason),
        "waited_seconds": max(int(waited.total_seconds()), 0),
    }


def _check_reception(place: str, *, by: Principal) -> None:
    if not PLACE.match(place):
        wrong = both("不是接待场所代码。", "Not the code of a reception place.")
        raise Invalid({"place": wrong})
    if by.channels and VISIT not in by.channels:
        raise Forbidden(
            both("该账号不能以此渠道登记。", "This client may not post for that channel.")
        )


def _check_held(row: sa.Row[Any], *, by: Principal) -> None:
    """Conflict where another clerk is receiving them, but for who may step in."""
    if row.state == CALLED and row.called_by != by.sub and not by.has("dispatcher", "leader"):
        raise held_by_another()


def _next_ticket(session: Session, place: str, day: dt.date) -> int:
    """The row of the place and day is locked until the end: a number that is given is used."""
    insert = dialect_insert(session, _days).values(place=place, day=day, last=1)
    counted = insert.on_conflict_do_update(
        index_elements=["place", "day"], set_={"last": _days.c.last + 1}
    )
    return int(session.execute(counted.returning(_days.c.last)).scalar_one())


def _ahead(session: Session, row: sa.Row[Any]) -> int:
    """How many are called before this one, as the queue is now."""
    c = _table.c
    earlier = sa.tuple_(c.rank, c.queued_at, c.ticket) < sa.tuple_(
        sa.literal(row.rank), sa.literal(row.queued_at, c.queued_at.type), sa.literal(row.ticket)
    )
    ahead = sa.select(sa.func.count()).where(
        c.place == row.place, c.day == row.day, c.state == WAITING, earlier
    )
    return session.scalar(ahead) or 0


def _day(day: dt.date, place: str, rows: list[Any]) -> dict[str, Any]:
    waits = [
        (row.first_called_at - row.taken_at).total_seconds() for row in rows if row.first_called_at
    ]
    return {
        "day": day,
        "place": place,
        "tickets": len(rows),
        "people": sum(row.people for row in rows),
        **{state: sum(row.state == state for row in rows) for state in STATES},
        "waited_seconds_average": int(sum(waits) / len(waits)) if waits else None,
        "waited_seconds_longest": int(max(waits)) if waits else None,
    }
