"""Keeping what was heard: every order of arrival ends in the same tables.

Of each case the highest version is kept whole. An evaluation is opened once, by whichever event
first shows it open; the lowest version that shows it decides about its unit and its time.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from satisfaction.domain import OPEN, evaluation_id, openings
from satisfaction.events import EvaluationInvited
from satisfaction.events import events as emitted
from satisfaction.models import case_petitions, cases, co_units, evaluations, marks
from satisfaction.use_cases.standing import stands
from shared.contracts import Event
from shared.db import Session, upsert_newer
from shared.outbox import emit

_KEPT = ("case_no", "state", "secret", "lead_unit", "close_reason")


def keep_cases(session: Session, *, events: Sequence[Event]) -> None:
    """Replace the headers that are older than the newest one among `events`."""
    newest: dict[str, Event] = {}
    for event in sorted(events, key=lambda one: (one.subject, one.subject_version)):
        newest[event.subject] = event
    versions = marks.keep(session, events)
    known = session.execute(
        sa.select(cases.c.case_id, cases.c.version).where(cases.c.case_id.in_(newest))
    )
    for case_id, version in known:
        if version >= newest[case_id].subject_version:
            del newest[case_id]
    rows = [
        {"case_id": case_id, "version": event.subject_version, "marks_version": versions[case_id]}
        | {name: event.data["header"][name] for name in _KEPT}
        for case_id, event in newest.items()
    ]
    upsert_newer(session, cases, rows, key=["case_id"])
    for column, name in (
        (co_units.c.unit, "co_units"),
        (case_petitions.c.petition_id, "petition_ids"),
    ):
        wanted = {case_id: set(event.data["header"][name]) for case_id, event in newest.items()}
        _replace(session, column, wanted)


def _replace(session: Session, column: sa.Column[str], wanted: Mapping[str, set[str]]) -> None:
    """Make `wanted` the values that each case has in `column`'s table."""
    table = column.table
    had = {
        (case_id, value)
        for case_id, value in session.execute(
            sa.select(table.c.case_id, column).where(table.c.case_id.in_(wanted))
        )
    }
    want = {(case_id, value) for case_id, values in wanted.items() for value in values}
    if gone := had - want:
        session.execute(sa.delete(table).where(sa.tuple_(table.c.case_id, column).in_(gone)))
    if new := sorted(want - had):
        session.execute(sa.insert(table), [{"case_id": c, column.name: v} for c, v in new])


def open_evaluations(session: Session, *, events: Sequence[Event], office_unit: str) -> None:
    """Open what the events show open and is not open yet; invite once, and never for history.

    Nobody is invited to evaluate a case that is known to have ended without an answer.
    """
    shown: dict[str, tuple[dict[str, Any], Event]] = {}
    for event in sorted(events, key=lambda one: (one.subject, one.subject_version)):
        for row in _rows(event, office_unit):
            shown.setdefault(row["evaluation_id"], (row, event))
    known = {
        key: version
        for key, version in session.execute(
            sa.select(evaluations.c.evaluation_id, evaluations.c.opened_version).where(
                evaluations.c.evaluation_id.in_(shown)
            )
        )
    }
    new = [found for key, found in shown.items() if key not in known]
    earlier = [row for key, (row, _) in shown.items() if row["opened_version"] < known.get(key, 0)]
    if new:
        session.execute(sa.insert(evaluations), [row for row, _ in new])
    if earlier:
        _correct(session, earlier)
    standing = set(
        session.scalars(
            sa.select(evaluations.c.evaluation_id).where(
                evaluations.c.evaluation_id.in_([row["evaluation_id"] for row, _ in new]), stands()
            )
        )
    )
    for row, event in new:
        if not event.historical and row["evaluation_id"] in standing:
            _invite(session, row, event)


def _rows(event: Event, office_unit: str) -> Iterator[dict[str, Any]]:
    header = event.data["header"]
    for opening in openings(header, office_unit=office_unit):
        for petition_id in header["petition_ids"]:
            yield {
                "evaluation_id": evaluation_id(
                    case_id=event.subject, petition_id=petition_id, object_=opening.object
                ),
                "case_id": event.subject,
                "petition_id": petition_id,
                "object": opening.object,
                "unit": opening.unit,
                "opened_at": opening.opened_at,
                "opened_version": event.subject_version,
                "historical": event.historical,
                "state": OPEN,
                "simulated": False,
            }


def _correct(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    decided = ("unit", "opened_at", "opened_version", "historical")
    statement = (
        sa.update(evaluations)
        .where(evaluations.c.evaluation_id == sa.bindparam("key"))
        .values({name: sa.bindparam(f"new_{name}") for name in decided})
    )
    session.connection().execute(
        statement,
        [
            {"key": row["evaluation_id"]} | {f"new_{name}": row[name] for name in decided}
            for row in rows
        ],
    )


def _invite(session: Session, row: Mapping[str, Any], event: Event) -> None:
    emit(
        session,
        emitted[EvaluationInvited],
        subject=event.subject,
        data=row,
        time=event.time,
        cause=event,
    )


def forget(session: Session, *, petition_ids: Sequence[str]) -> None:
    """Forget what petitioners wrote; that they evaluated, and how, still counts."""
    session.execute(
        sa.update(evaluations)
        .where(evaluations.c.petition_id.in_(petition_ids), evaluations.c.comment.is_not(None))
        .values(comment=None)
    )
