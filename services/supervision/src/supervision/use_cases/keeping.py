"""Keeping what was heard: every order of arrival ends in the same tables.

Of each subject the highest version is kept whole; an entry is kept once an event.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from shared.contracts import Event
from shared.db import Session, insert_missing, upsert_newer
from supervision.models import (
    alarms,
    case_petitions,
    cases,
    clocks,
    co_units,
    entries,
    marks,
    petitions,
)
from supervision.telling import facts_of

_APART = ("clocks", "withheld_from", "named_readers")
"""Of a header, what is kept in tables of its own and not shown with it."""


def keep_petitions(session: Session, *, events: Sequence[Event]) -> None:
    """Keep each petition as its newest event tells it."""
    newest = _newest(events)
    rows = [
        {
            "petition_id": event.subject,
            "version": event.subject_version,
            "petition_no": event.data["petition_no"],
            "registered_at": event.data["registered_at"],
            "recorded_at": event.recorded_time,
            "historical": event.historical,
            "secret": event.data["secret"],
        }
        for event in newest.values()
    ]
    upsert_newer(session, petitions, rows, key=["petition_id"])
    _find_cases(session, newest)


def keep_cases(session: Session, *, events: Sequence[Event], now: dt.datetime) -> None:
    """Store each event once in the timeline, and replace the headers that are older."""
    rows = [_entry(event, case_id=event.subject) for event in events]
    insert_missing(session, entries, rows, key=["event_id"])
    keep_headers(session, events=events, now=now)


def keep_headers(session: Session, *, events: Sequence[Event], now: dt.datetime) -> None:
    """Replace the headers that are older, and what they say of who may know of the case."""
    newest = _newest(events)
    versions = marks.keep(session, events)
    known = session.execute(
        sa.select(cases.c.case_id, cases.c.version).where(cases.c.case_id.in_(newest))
    )
    for case_id, version in known:
        if version >= newest[case_id].subject_version:
            del newest[case_id]
    if not newest:
        return
    rows = [_case(event) | {"marks_version": versions[id_]} for id_, event in newest.items()]
    upsert_newer(session, cases, rows, key=["case_id"])
    _replace_clocks(session, newest)
    _replace(session, co_units.c.unit, _of_each(newest, "co_units"))
    moved = _replace(session, case_petitions.c.petition_id, _of_each(newest, "petition_ids"))
    if moved:
        _find_cases(session, moved)
        _clear_alarms(session, moved, now=now)


def keep_documents(session: Session, *, events: Sequence[Event]) -> None:
    """Store each document once in its case's timeline, whether or not the case is known yet."""
    rows = [_entry(event, case_id=event.data["case_id"]) for event in events]
    insert_missing(session, entries, rows, key=["event_id"])


def _newest(events: Iterable[Event]) -> dict[str, Event]:
    """The event with the highest version of each subject, in id order."""
    found: dict[str, Event] = {}
    for event in events:
        if (
            event.subject not in found
            or event.subject_version > found[event.subject].subject_version
        ):
            found[event.subject] = event
    return dict(sorted(found.items()))


def _entry(event: Event, *, case_id: str) -> dict[str, Any]:
    return {
        "event_id": event.id,
        "case_id": case_id,
        "version": event.subject_version,
        "type": event.type,
        "at": event.time,
        "recorded_at": event.recorded_time,
        "historical": event.historical,
        "facts": facts_of(event.type, event.data),
    }


def _case(event: Event) -> dict[str, Any]:
    header = {name: v for name, v in event.data["header"].items() if name not in _APART}
    indexed = {
        name: header[name] for name in ("case_no", "state", "secret", "category", "lead_unit")
    }
    return {
        "case_id": event.subject,
        "version": event.subject_version,
        "header": header,
        **indexed,
    }


def _replace_clocks(session: Session, newest: Mapping[str, Event]) -> None:
    rows = {
        (case_id, clock["id"]): {
            "case_id": case_id,
            "clock_id": clock["id"],
            **{name: value for name, value in clock.items() if name != "id"},
        }
        for case_id, event in newest.items()
        for clock in event.data["header"]["clocks"]
    }
    session.execute(sa.delete(clocks).where(clocks.c.case_id.in_(newest)))
    if rows:
        session.execute(sa.insert(clocks), list(rows.values()))


def _of_each(newest: Mapping[str, Event], name: str) -> dict[str, set[str]]:
    return {case_id: set(event.data["header"][name]) for case_id, event in newest.items()}


def _replace(session: Session, column: sa.Column[str], wanted: Mapping[str, set[str]]) -> set[str]:
    """Make `wanted` the values that each case has in `column`'s table; returns what changed."""
    table, had = column.table, {case_id: set[str]() for case_id in wanted}
    for case_id, value in session.execute(
        sa.select(table.c.case_id, column).where(table.c.case_id.in_(wanted))
    ):
        had[case_id].add(value)
    gone = [(case_id, v) for case_id, values in had.items() for v in values - wanted[case_id]]
    new = [(case_id, v) for case_id, values in wanted.items() for v in values - had[case_id]]
    if gone:
        session.execute(sa.delete(table).where(sa.tuple_(table.c.case_id, column).in_(gone)))
    if new:
        session.execute(sa.insert(table), [{"case_id": c, column.name: v} for c, v in sorted(new)])
    return {value for _, value in (*gone, *new)}


def _find_cases(session: Session, petition_ids: Iterable[str]) -> None:
    """Say of each petition which case it is in, whichever of the two was heard of first."""
    found = (
        sa.select(sa.func.min(case_petitions.c.case_id))
        .where(case_petitions.c.petition_id == petitions.c.petition_id)
        .scalar_subquery()
    )
    session.execute(
        sa.update(petitions)
        .where(
            petitions.c.petition_id.in_(sorted(petition_ids)),
            petitions.c.case_id.is_distinct_from(found),
        )
        .values(case_id=found)
    )


def _clear_alarms(session: Session, petition_ids: Iterable[str], *, now: dt.datetime) -> None:
    has_case = sa.exists().where(case_petitions.c.petition_id == alarms.c.petition_id)
    session.execute(
        sa.update(alarms)
        .where(
            alarms.c.petition_id.in_(sorted(petition_ids)), alarms.c.cleared_at.is_(None), has_case
        )
        .values(cleared_at=now)
    )
