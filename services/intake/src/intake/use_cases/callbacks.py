"""Callbacks: calls that are owed, who takes them, and what came of each try."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.hotline import (
    CALLBACK_STATES,
    CLOSED_FOR,
    IN_VAIN_FOR_GOOD,
    REACHED,
    TRIES,
    number_fault,
)
from intake.resources import Resources
from intake.use_cases.held_calls import call_is_over, own_call
from intake.use_cases.persons import indexes_of, opened_number, sealed_number
from intake.use_cases.sheets import held_by_another, write_desk_look
from shared.auth import Principal
from shared.clock import Clock, from_wire, wire
from shared.db import Session
from shared.errors import Conflict, Invalid, NotFound, both
from shared.metrics import Gauges
from shared.web.paging import page_by_key

PURPOSE = "回拨来电"
_OPEN, _DONE, _CLOSED = CALLBACK_STATES
_table = models.callbacks
_IS_OPEN = _table.c.state == _OPEN


def owe_callback(
    session: Session, call: sa.Row[Any], *, by: Principal, now: dt.datetime, resources: Resources
) -> None:
    """Put a missed call on the list, unless its number is not known or is on it already."""
    number = opened_number(call, call.call_id, ring=resources.ring)
    if number is None:
        return
    indexes = indexes_of({"phone": number}, ring=resources.ring)["phone"]
    if not callbacks_of(session, indexes):
        due_at = now + resources.desks.callback_within
        row = _row(call, number, due_at, missed=True, by=by, now=now, resources=resources)
        session.execute(sa.insert(_table), row)


def promise_callback(
    session: Session,
    *,
    call_id: str,
    due_at: dt.datetime,
    number: str | None,
    about: str | None,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Promise the caller of the clerk's call a call by a time, at their number or another.

    Invalid without a number to dial; Conflict where it was promised before.
    """
    now, call = clock.now(), own_call(session, call_id, by=by)
    if call.erased_at is not None:
        raise call_is_over(call)
    number = number or opened_number(call, call_id, ring=resources.ring)
    _check_promise(number, due_at, now=now, resources=resources)
    mine = (_table.c.call_id == call_id, sa.not_(_table.c.missed))
    if session.scalar(sa.select(_table.c.callback_id).where(*mine)) is not None:
        raise Conflict(
            both("本次来电已约定回拨。", "A callback was promised in this call."),
            code="promised_already",
        )
    row = _row(call, number, due_at, missed=False, by=by, now=now, resources=resources)
    if about:
        row["about"] = resources.ring.encrypt(about, place=f"{row['callback_id']}/about")
    session.execute(sa.insert(_table), row)
    return shown(session.execute(sa.select(_table).where(*mine)).one())


def _check_promise(
    number: str | None, due_at: dt.datetime, *, now: dt.datetime, resources: Resources
) -> None:
    days, wrong = resources.desks.callback_most.days, {}
    if number is None:
        wrong["number"] = both("来电号码未知，请填写。", "The number is not known; say which.")
    elif fault := number_fault(number):
        wrong["number"] = fault
    if not now < due_at <= now + resources.desks.callback_most:
        wrong["due_at"] = both(
            f"应晚于当前时间，且在{days}日内。", f"Must be after now, and within {days} days."
        )
    if wrong:
        raise Invalid(wrong)


def list_callbacks(
    session: Session, *, by: Principal, query: dict[str, Any], clock: Clock
) -> dict[str, Any]:
    """A page of callbacks by due time, without numbers and what they are about."""
    now, state = clock.now(), query["state"]
    statement = sa.select(_table)
    if state != "all":
        statement = statement.where(_IS_OPEN if state in (_OPEN, "overdue") else sa.not_(_IS_OPEN))
    if state == "overdue":
        statement = statement.where(_table.c.due_at < now)
    if query["mine"]:
        statement = statement.where(_table.c.claimed_by == by.sub)
    keys = (_table.c.due_at, _table.c.callback_id)
    return page_by_key(
        session, statement, by=keys, query=query, present=lambda row: shown(row, now=now)
    )


def claim_callback(
    session: Session, *, callback_id: str, by: Principal, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """Take a callback, and see whom to call about what; written down each time.

    Conflict where another clerk has it, or it is over.
    """
    row = _locked(session, callback_id)
    if row.claimed_by not in (None, by.sub):
        raise held_by_another()
    if row.claimed_by is None:
        changes = {"claimed_by": by.sub, "claimed_at": clock.now()}
        row = _change(session, callback_id, changes)
    opened = {
        name: resources.ring.decrypt(sealed, place=f"{callback_id}/{name}") if sealed else None
        for name in ("number", "about")
        for sealed in [row._mapping[name]]
    }
    write_desk_look(
        session,
        act="unmask",
        by=by,
        purpose_kind="contact",
        purpose=PURPOSE,
        facts={"callback_id": callback_id, "call_id": row.call_id},
        clock=clock,
        resources=resources,
    )
    return shown(row) | opened


def release_callback(session: Session, *, callback_id: str, by: Principal) -> dict[str, Any]:
    """Put a callback back on the list: one's own, or as dispatcher or leader anybody's."""
    row = _locked(session, callback_id)
    if row.claimed_by != by.sub and not by.has("dispatcher", "leader"):
        raise held_by_another()
    return shown(_change(session, callback_id, {"claimed_by": None, "claimed_at": None}))


def note_try(
    session: Session,
    *,
    callback_id: str,
    result: str,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Note a try of the clerk who has the callback: reached, it is done; in vain too often
    (CALLBACK_TRIES), or at a wrong number, it is closed with the reason.
    """
    now, row = clock.now(), _locked(session, callback_id)
    if row.claimed_by != by.sub:
        raise held_by_another()
    tries = [*row.tries, {"at": wire(now), "by": by.sub, "result": result}]
    changes: dict[str, Any] = {"tries": tries}
    if result == REACHED:
        changes |= {"state": _DONE, "closed_at": now}
    elif result == IN_VAIN_FOR_GOOD or len(tries) >= resources.desks.callback_tries:
        reason = result if result == IN_VAIN_FOR_GOOD else "unreachable"
        changes |= {"state": _CLOSED, "closed_at": now, "closed_for": reason}
    return shown(_change(session, callback_id, changes))


def callbacks_of(session: Session, indexes: Sequence[bytes]) -> list[dict[str, Any]]:
    """The callbacks that are owed to a number, the one due first before the others."""
    found = session.execute(
        sa.select(_table)
        .where(_IS_OPEN, _table.c.number_index.in_(indexes))
        .order_by(_table.c.due_at, _table.c.callback_id)
    )
    return [shown(row) for row in found]


def gauges(session: Session, now: dt.datetime) -> Gauges:
    """How many callbacks are owed, and how many of them are overdue."""
    overdue = sa.func.coalesce(sa.func.sum(sa.case((_table.c.due_at < now, 1), else_=0)), 0)
    counted = session.execute(sa.select(sa.func.count(), overdue).where(_IS_OPEN)).one()
    return {
        "intake_callbacks_open": float(counted[0]),
        "intake_callbacks_overdue": float(counted[1]),
    }


def shown(row: sa.Row[Any], *, now: dt.datetime | None = None) -> dict[str, Any]:
    """A callback without whom to call and what about."""
    tries = [
        one | {"at": from_wire(one["at"]), "result_name": TRIES.get(one["result"], one["result"])}
        for one in row.tries
    ]
    return dict(row._mapping) | {
        "number": None,
        "about": None,
        "tries": tries,
        "state_name": CALLBACK_STATES.get(row.state, row.state),
        "closed_for_name": CLOSED_FOR.get(row.closed_for or "", row.closed_for),
        "overdue": now is not None and row.state == _OPEN and row.due_at < now,
    }


def _row(
    call: sa.Row[Any],
    number: str | None,
    due_at: dt.datetime,
    *,
    missed: bool,
    by: Principal,
    now: dt.datetime,
    resources: Resources,
) -> dict[str, Any]:
    callback_id = str(uuid.uuid4())
    return {
        "callback_id": callback_id,
        "call_id": call.call_id,
        "missed": missed,
        **sealed_number(number, callback_id, ring=resources.ring),
        "due_at": due_at,
        "promised_by": by.sub,
        "promised_at": now,
        "tries": [],
        "state": _OPEN,
    }


def _locked(session: Session, callback_id: str) -> sa.Row[Any]:
    """An open callback, locked until the end; Conflict where it is over."""
    this = sa.select(_table).where(_table.c.callback_id == callback_id).with_for_update()
    row = session.execute(this).first()
    if row is None:
        raise NotFound()
    if row.state != _OPEN:
        said = CALLBACK_STATES.get(row.state, row.state)
        raise Conflict(both(f"{said}。", f"This callback is {row.state}."), code="callback_over")
    return row


def _change(session: Session, callback_id: str, changes: dict[str, Any]) -> sa.Row[Any]:
    this = _table.c.callback_id == callback_id
    session.execute(sa.update(_table).where(this).values(**changes))
    return session.execute(sa.select(_table).where(this)).one()
