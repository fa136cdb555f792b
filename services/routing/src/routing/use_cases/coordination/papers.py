"""A meeting's notice and minutes as papers: drawn up from the meeting, which points at them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain.coordination import STATES
from routing.models import coordination as tables
from routing.models.documents import documents
from routing.resources import Resources
from routing.use_cases import documents as papers
from routing.use_cases.coordination import meetings
from routing.use_cases.coordination.things import Row
from routing.use_cases.documents.access import visible_case
from shared.auth import Principal
from shared.clock import OFFICE_TZ, Clock, long_day
from shared.db import Session
from shared.errors import Conflict, Invalid, both

_VOID = "void"


@dataclass(frozen=True)
class MeetingPaper:
    """A kind of paper: where the meeting keeps its id, and in which states it is drawn up."""

    pointer: str
    states: tuple[str, ...]


PAPERS = {
    "meeting_notice": MeetingPaper("notice_id", ("called", "held")),
    "meeting_minutes": MeetingPaper("document_id", ("held", "minuted", "approved")),
}
_BASIS = "T22 Arts.13, 24; GB/T 9704 10.3"


def draw_up(
    session: Session,
    *,
    meeting_id: str,
    kind: str,
    case_id: str | None,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """The meeting's paper, drawn up from what the meeting knows, or as it already is.

    It is filed with `case_id`, or else the first case of the meeting. Conflict `no_case` where
    there is none to file it with, or where the meeting is not so far; Invalid where the case is
    not on the meeting.
    """
    row = meetings.seen(session, meeting_id=meeting_id, by=by, lock=True)
    paper = PAPERS[kind]
    if (known := _drawn(session, row[paper.pointer])) is not None:
        return papers.document_for(session, document_id=known, by=by, resources=resources)
    if row["state"] not in paper.states:
        state = STATES["meeting"][row["state"]]
        raise Conflict(
            both(f"当前为“{state}”，不能制作此文书。", f"A meeting that is {row['state']}: no."),
            basis=_BASIS,
            state=row["state"],
        )
    facts = meetings.minutes_facts(session, meeting_id=meeting_id, by=by)
    case_row = visible_case(session, case_id=_filed_with(session, row, case_id), by=by)
    draft = papers.draft(
        session,
        case_row=case_row,
        kind=kind,
        fields=_fields(kind, facts, resources),
        by=by,
        now=clock.now(),
        resources=resources,
    )
    table = tables.meetings
    session.execute(
        sa.update(table)
        .where(table.c.meeting_id == meeting_id)
        .values({paper.pointer: draft["document_id"]})
    )
    return papers.document_for(
        session, document_id=draft["document_id"], by=by, resources=resources
    )


def _drawn(session: Session, document_id: str | None) -> str | None:
    table = documents
    found: str | None = session.scalar(
        sa.select(table.c.document_id).where(
            table.c.document_id == document_id, table.c.state != _VOID
        )
    )
    return found


def _filed_with(session: Session, row: Row, case_id: str | None) -> str:
    """The case whose file keeps the paper; a secret meeting's is one that is secret itself."""
    links, table = tables.meeting_cases, models.cases
    on_it = (
        sa.select(links.c.case_id)
        .join(table, table.c.case_id == links.c.case_id)
        .where(links.c.meeting_id == row["meeting_id"])
    )
    if row["secret"]:
        on_it = on_it.where(table.c.secret)
    if case_id is not None:
        if session.scalar(on_it.where(links.c.case_id == case_id)) is None:
            raise Invalid({"case_id": both("不能归入此事项。", "Not a case to file it with.")})
        return case_id
    first: str | None = session.scalar(on_it.order_by(links.c.case_id).limit(1))
    if first is None:
        raise Conflict(
            both("会议没有关联信访事项，文书无卷可归。", "No case to file the paper with."),
            code="no_case",
            basis=_BASIS,
        )
    return first


def _fields(kind: str, facts: Mapping[str, Any], resources: Resources) -> dict[str, Any]:
    units = [*facts["attended"], *facts["absent"]]
    known = {
        "meeting_name": facts["title"],
        "meeting_at": _written_time(facts["starts_at"]),
        "meeting_place": facts["place"],
        "host": facts["host"],
        "issue": facts["notice"],
        "attending": units,
        "attendees": [{"name": "", "unit": unit, "role": "参会单位"} for unit in facts["attended"]],
        "decisions": [f"由{task['unit']}{task['title']}" for task in facts["tasks"]]
        or [line for line in (facts["minutes"] or "").splitlines() if line.strip()],
        "tasks": [
            {"unit": task["unit"], "task": task["title"], "due": _written_day(task["due_day"])}
            for task in facts["tasks"]
        ],
    }
    elements = resources.papers.catalogue.documents[kind].elements
    return {name: value for name, value in known.items() if name in elements and value}


def _written_day(day: dt.date) -> str:
    return f"{long_day(day)}前"


def _written_time(at: dt.datetime) -> str:
    local = at.astimezone(OFFICE_TZ)
    minute = f"{local.minute}分" if local.minute else ""
    return f"{long_day(local)}{local.hour}时{minute}"
