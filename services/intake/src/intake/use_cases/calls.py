"""Calls to the hotline: opened, answered with what is known of the number, noted, ended.

telephone system --open--> call --answer--> history, callbacks, requests for supplement
clerk --sheet (sealed)--> register | supplement | outcome         telephone system --end--> times
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import hotline
from intake.domain.hotline import MISSED
from intake.domain.persons import normal_phone
from intake.resources import Resources
from intake.use_cases.callbacks import callbacks_of, owe_callback
from intake.use_cases.held_calls import call_is_over, frame, held_call, locked_call
from intake.use_cases.history import search_person
from intake.use_cases.looking import refusal
from intake.use_cases.persons import (
    indexes_of,
    opened_number,
    petitions_with,
    sealed_number,
)
from intake.use_cases.seeing import seen_by, words_kept_from
from intake.use_cases.sheets import (
    held_by_another,
    is_theirs,
    looks_after_desks,
    masked_sheet,
    opened_sheet,
    sealed_sheet,
    write_desk_look,
)
from shared.auth import Principal
from shared.clock import Clock, office_day
from shared.db import Session, dialect_insert
from shared.errors import Conflict, Forbidden, Invalid, NotFound, both
from shared.pii import mask_phone
from shared.web.paging import page_by_key

HOTLINE = "hotline"
PURPOSE = "接听来电，核对来电人此前的信访情况"
_HISTORY_MOST = 20
_table = models.calls


def open_call(
    session: Session,
    *,
    call: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Open a call, once for each `call_ref`; Conflict where it is that of another call.

    A clerk who opens one has it; a telephone system may name the account that takes it.
    """
    now, number = clock.now(), call["number"]
    _check_hotline(by)
    _check_call(call, now=now)
    call_id = str(uuid.uuid4())
    row = {
        "call_id": call_id,
        "call_ref": call["call_ref"],
        "began_at": call["began_at"],
        "opened_by": by.sub,
        "opened_at": now,
        "agent": call["agent"] if by.channels else by.sub,
        **sealed_number(number, call_id, ring=resources.ring),
    }
    insert = dialect_insert(session, _table).on_conflict_do_nothing(index_elements=["call_ref"])
    if session.scalar(insert.returning(_table.c.call_id), row) is None:
        known = _known(session, call["call_ref"])
        known_number = opened_number(known, known.call_id, ring=resources.ring)
        if (known_number, known.began_at) != (number, call["began_at"]):
            raise Conflict(
                both("该来电编号属于另一次通话。", "This call_ref is another call's."),
                code="another_call",
                errors={"call_ref": both("属于另一次通话。", "Another call's.")},
            )
        return frame(known)
    return frame(_known(session, call["call_ref"]))


def list_calls(session: Session, *, by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """A page of calls, oldest first, without numbers and sheets."""
    statement = sa.select(_table)
    if query["state"] == "open":
        statement = statement.where(_table.c.outcome.is_(None), _table.c.erased_at.is_(None))
    if query["mine"]:
        statement = statement.where(_table.c.agent == by.sub)
    keys = (_table.c.began_at, _table.c.call_id)
    return page_by_key(session, statement, by=keys, query=query, present=frame)


def answer_call(
    session: Session,
    *,
    call_id: str,
    take_over: bool,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Pick a call up: it is the clerk's now, who is shown what is known of its number.

    That are petitions by the same phone, as far as the clerk may see them and masked, requests for
    supplement that run for them, and callbacks that are owed. Look and search are written down.
    Conflict where another clerk has the call, unless it is taken over, and where it is done with.
    """
    row = locked_call(session, call_id)
    if row.outcome is not None or row.erased_at is not None:
        raise call_is_over(row)
    if row.agent not in (None, by.sub) and not take_over:
        raise held_by_another()
    changes = {"agent": by.sub, "answered_at": row.answered_at or clock.now()}
    session.execute(sa.update(_table).where(_table.c.call_id == call_id).values(**changes))
    row = locked_call(session, call_id)
    shown = _shown(row, resources, masked=False)
    facts = {"call_id": call_id}
    write_desk_look(session, by=by, facts=facts, clock=clock, resources=resources)
    if shown["number"] is None:
        nothing: dict[str, Any] = {"items": [], "next_cursor": None}
        return {"call": shown, "history": nothing, "supplement_requests": [], "callbacks": []}
    indexes = indexes_of({"phone": shown["number"]}, ring=resources.ring)
    asked = _supplement_requests(session, indexes, by=by, today=office_day(clock.now()))
    owed = callbacks_of(session, indexes["phone"])
    found = search_person(
        session,
        numbers={"phone": shown["number"]},
        purpose=PURPOSE,
        purpose_kind="same_person",
        page={"limit": _HISTORY_MOST, "cursor": None},
        by=by,
        clock=clock,
        resources=resources,
    )
    return {"call": shown, "history": found, "supplement_requests": asked, "callbacks": owed}


def look_at_call(
    session: Session, *, call_id: str, by: Principal, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """A call with its sheet: in clear for the clerk who has it, masked for who looks after desks.

    The look is written down; NotFound for everybody else, and once it is registered for who may
    not see the petition.
    """
    row = session.execute(sa.select(_table).where(_table.c.call_id == call_id)).first()
    if row is None:
        raise NotFound()
    own = by.has("registrar") and row.agent == by.sub
    refused = not (own or looks_after_desks(by)) or not is_theirs(session, row.petition_id, by=by)
    write_desk_look(
        session,
        by=by,
        facts={"call_id": call_id},
        refused=refused,
        clock=clock,
        resources=resources,
        petition_id=row.petition_id,
    )
    if refused:
        raise refusal()
    return _shown(row, resources, masked=not own)


def save_sheet(
    session: Session,
    *,
    call_id: str,
    sheet: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Keep a call's sheet as far as it is typed; the clerk's own call, until it is filed."""
    held_call(session, call_id, by=by)
    kept = sealed_sheet(sheet, f"{call_id}/sheet", resources.ring)
    changes = {"sheet": kept, "saved_at": clock.now()}
    session.execute(sa.update(_table).where(_table.c.call_id == call_id).values(**changes))
    return frame(locked_call(session, call_id))


def end_call(
    session: Session,
    *,
    call_id: str,
    ended: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Note when a call ended and where its recording is; told once more, nothing changes.

    One that nobody answered (`missed`) is owed a call back, where its number is known. Conflict
    where it ended otherwise before.
    """
    _check_hotline(by)
    now, row = clock.now(), locked_call(session, call_id)
    if not by.channels and row.agent != by.sub:
        raise held_by_another()
    if row.ended_at is not None:
        told = (ended["ended_at"], ended["recording"], ended["missed"])
        if told != (row.ended_at, _recording(row, resources), row.outcome == MISSED):
            raise Conflict(both("该通话已经结束。", "This call has ended."), code="ended_already")
        return frame(row)
    if fault := hotline.end_fault(ended["ended_at"], began_at=row.began_at, now=now):
        raise Invalid({"ended_at": fault})
    if ended["missed"] and (row.answered_at or row.outcome):
        raise Invalid({"missed": both("该通话已有人接听。", "Somebody answered this call.")})
    changes: dict[str, Any] = {"ended_at": ended["ended_at"]}
    if ended["recording"]:
        place = f"{call_id}/recording"
        changes["recording"] = resources.ring.encrypt(ended["recording"], place=place)
    if ended["missed"]:
        changes |= {"outcome": MISSED, "outcome_by": by.sub}
        owe_callback(session, row, by=by, now=now, resources=resources)
    session.execute(sa.update(_table).where(_table.c.call_id == call_id).values(**changes))
    return frame(locked_call(session, call_id))


def state_outcome(
    session: Session,
    *,
    call_id: str,
    outcome: str,
    transferred_to: str | None,
    by: Principal,
) -> dict[str, Any]:
    """State what became of a call that is not filed; Conflict where that was said before."""
    held_call(session, call_id, by=by)
    changes = {"outcome": outcome, "outcome_by": by.sub, "transferred_to": transferred_to}
    session.execute(sa.update(_table).where(_table.c.call_id == call_id).values(**changes))
    return frame(locked_call(session, call_id))


def _check_hotline(by: Principal) -> None:
    """Forbidden for the client of another channel."""
    if by.channels and HOTLINE not in by.channels:
        raise Forbidden(
            both("该账号不能以此渠道登记。", "This client may not post for that channel.")
        )


def _check_call(call: Mapping[str, Any], *, now: dt.datetime) -> None:
    wrong, number = {}, call["number"]
    if number and (fault := hotline.number_fault(number)):
        wrong["number"] = fault
    elif number and normal_phone(number) in call["call_ref"]:
        wrong["call_ref"] = both("不能含有来电号码。", "May not hold the caller's number.")
    if fault := hotline.begin_fault(call["began_at"], now=now):
        wrong["began_at"] = fault
    if wrong:
        raise Invalid(wrong)


def _known(session: Session, call_ref: str) -> sa.Row[Any]:
    return session.execute(sa.select(_table).where(_table.c.call_ref == call_ref)).one()


def _shown(row: sa.Row[Any], resources: Resources, *, masked: bool) -> dict[str, Any]:
    number = opened_number(row, row.call_id, ring=resources.ring)
    sheet = opened_sheet(row.sheet, f"{row.call_id}/sheet", resources.ring)
    recording = _recording(row, resources)
    if masked:
        number, sheet = number and mask_phone(number), sheet and masked_sheet(sheet)
        recording = None
    shown = {"number": number, "sheet": sheet, "recording": recording, "masked": masked}
    return frame(row) | shown


def _recording(row: sa.Row[Any], resources: Resources) -> str | None:
    if row.recording is None:
        return None
    return resources.ring.decrypt(row.recording, place=f"{row.call_id}/recording")


def _supplement_requests(
    session: Session, indexes: Mapping[str, Any], *, by: Principal, today: dt.date
) -> list[dict[str, Any]]:
    """What the caller was asked to supplement and has not sent, as far as the clerk may know."""
    asked, petitions, sent = models.supplement_requests, models.petitions, models.supplements
    answered = sa.exists().where(
        sent.c.petition_id == asked.c.petition_id, sent.c.registered_at >= asked.c.asked_at
    )
    found = session.execute(
        sa.select(asked, petitions.c.petition_no)
        .join(petitions, petitions.c.petition_id == asked.c.petition_id)
        .where(
            petitions.c.petition_id.in_(petitions_with(indexes)),
            seen_by(by),
            sa.not_(words_kept_from(by)),
            asked.c.until >= today,
            sa.not_(answered),
        )
        .order_by(asked.c.until, asked.c.request_id)
    )
    return [dict(row._mapping) for row in found]
