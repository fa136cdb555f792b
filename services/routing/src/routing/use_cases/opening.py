"""Opening cases: one for each petition, its words put to it, a category and a unit suggested."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain import clocks
from routing.domain.calendar import Calendar
from routing.domain.clocks import Happening
from routing.domain.procedure import START
from routing.domain.units import UnitRecord
from routing.events import CaseOpened, events
from routing.resources import Resources
from routing.use_cases.calendar import office_calendar
from routing.use_cases.classification import ready_to_suggest
from routing.use_cases.forgetting import erased_among
from routing.use_cases.header import header
from routing.use_cases.registration import take_up
from routing.use_cases.units import organisation
from shared.clock import Clock, office_day
from shared.contracts import Event
from shared.db import Session, insert_missing, next_numbers
from shared.outbox import emit

ACCUSATION, OFFICE = "accusation", "bureau"


def open_cases(
    session: Session, *, registered: Sequence[Event], clock: Clock, resources: Resources
) -> None:
    """Open a case for each petition that has none yet; D1 runs from receipt (T22 Art.22).

    What was handed in at a unit itself is that unit's from the start, which then owes its own
    notice (D2, T22 Art.23(1)(2)).
    """
    by_petition = {event.data["petition_id"]: event for event in registered}
    new = [by_petition[p] for p in by_petition if p not in _known(session, list(by_petition))]
    if not new:
        return
    numbers = next_numbers(session, "case_seq", len(new))
    ready_to_suggest(session, resources=resources)
    texts = _take_waiting(session, [event.data["petition_id"] for event in new])
    calendar = office_calendar(session)
    units = organisation(session)
    names = {code: unit.name for code, unit in units.items()}
    rows = []
    for event, seq in zip(new, numbers, strict=True):
        row = _case_row(event, seq=seq, units=units, calendar=calendar, resources=resources)
        row |= _worded(texts.get(event.data["petition_id"]), resources)
        rows.append(row)
    session.execute(sa.insert(models.cases), rows)
    session.execute(
        sa.insert(models.case_petitions),
        [{"petition_id": row["petition_ids"][0], "case_id": row["case_id"]} for row in rows],
    )
    for event, row in zip(new, rows, strict=True):
        emit(
            session,
            events[CaseOpened],
            subject=row["case_id"],
            data={"header": header(row, names=names, resources=resources)},
            time=row["opened_at"],
            historical=event.historical,
            cause=event,
        )
    opened = [event.data["petition_id"] for event in new]
    take_up(session, opened, clock=clock, resources=resources)


def keep_texts(
    session: Session, *, texts: Sequence[Mapping[str, Any]], clock: Clock, resources: Resources
) -> None:
    """Put the words to their cases and suggest; words that came first wait for their case.

    Those of a petition that was erased come too late.
    """
    ready_to_suggest(session, resources=resources)
    erased = erased_among(session, [text["petition_id"] for text in texts])
    texts = [text for text in texts if text["petition_id"] not in erased]
    cases = _known(session, [text["petition_id"] for text in texts])
    waiting = [dict(text) for text in texts if text["petition_id"] not in cases]
    insert_missing(session, models.waiting_texts, waiting, key=["petition_id"])
    found = [
        {"b_case_id": cases[text["petition_id"]], **_worded(text, resources)}
        for text in texts
        if text["petition_id"] in cases
    ]
    if found:
        table = models.cases
        names = [name for name in found[0] if name != "b_case_id"]
        columns: dict[str, Any] = {name: sa.bindparam(name) for name in names}
        session.connection().execute(
            sa.update(table)
            .where(table.c.case_id == sa.bindparam("b_case_id"), table.c.title.is_(None))
            .values(version=table.c.version + 1, **columns),
            found,
        )
        take_up(session, cases, clock=clock, resources=resources)


def _known(session: Session, petition_ids: Sequence[str]) -> dict[str, str]:
    table = models.case_petitions
    rows = session.execute(
        sa.select(table.c.petition_id, table.c.case_id).where(table.c.petition_id.in_(petition_ids))
    )
    return {petition_id: case_id for petition_id, case_id in rows}


def _take_waiting(session: Session, petition_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    table = models.waiting_texts
    here = table.c.petition_id.in_(petition_ids)
    found = {r.petition_id: dict(r._mapping) for r in session.execute(sa.select(table).where(here))}
    if found:
        session.execute(sa.delete(table).where(here))
    return found


def _worded(text: Mapping[str, Any] | None, resources: Resources) -> dict[str, Any]:
    if text is None:
        return {"title": None, "content": None, "place": None, "suggestion": None}
    return {
        "title": text["title"],
        "content": text["content"],
        "place": text["place"],
        "suggestion": resources.knowledge.suggestion(text["title"], text["content"]),
    }


def _direct_to(event: Event, units: Mapping[str, UnitRecord]) -> str | None:
    """The unit at which a petition was handed in; the office takes all that is secret."""
    data = event.data
    unit = units.get(data["addressee"] or OFFICE)
    if unit is None or unit.code == OFFICE or not unit.valid_on(office_day(event.time)):
        return None
    return None if data["secret"] or data["purpose"] == ACCUSATION else unit.code


def _case_row(
    event: Event,
    *,
    seq: int,
    units: Mapping[str, UnitRecord],
    calendar: Calendar,
    resources: Resources,
) -> dict[str, Any]:
    data = event.data
    lead = _direct_to(event, units)
    opening = Happening(
        doings=frozenset({"open" if lead is None else "open_at_unit"}),
        at=event.time,
        state=START,
        purpose=data["purpose"],
        route=None,
        received_at=data["received_at"],
    )
    running = clocks.apply([], opening, procedure=resources.procedure, calendar=calendar)
    return {
        "case_id": str(uuid.uuid4()),
        "seq": seq,
        "case_no": f"XS{office_day(event.time).year}{seq:08d}",
        "version": 1,
        "state": START,
        "petition_ids": [data["petition_id"]],
        "petition_nos": [data["petition_no"]],
        "channel": data["channel"],
        "purpose": data["purpose"],
        "secret": data["secret"] or data["purpose"] == ACCUSATION,
        "historical": event.historical,
        "category": None,
        "lead_unit": lead,
        "co_units": [],
        "clocks": running,
        "next_due_at": clocks.next_due(running),
        "report_due": None,
        "close_reason": None,
        "route": None,
        "handling": None,
        "facts": {"suspected": True} if data["suspected"] else {},
        "received_at": data["received_at"],
        "opened_at": event.time,
        "classified_at": None,
        "forwarded_at": None,
        "accepted_at": None,
        "replied_at": None,
        "served_at": None,
        "closed_at": None,
        "last_at": event.time,
    }
