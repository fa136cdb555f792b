"""Requests of petitioners as they are read: what was asked, what became of it, what is open.

routing case.request_answered --> request_answers --> GET /v1/public/petitions/{no}
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import requests as rules
from intake.resources import Resources
from intake.use_cases.cases import cases_of
from intake.use_cases.looking import note_look
from intake.use_cases.masking import words_apart
from intake.use_cases.sealing import participants_of, petitioner_of
from shared.auth import Principal
from shared.clock import Clock, office_day
from shared.contracts import Event
from shared.db import Session, upsert_newer
from shared.pii import mask_text

_requests, _answers = models.petition_requests, models.request_answers
_ANSWERED = (
    _answers.c.state.label("answer"),
    _answers.c.reason,
    _answers.c.at.label("answered_at"),
)


def requests_of(
    session: Session, *, petition_id: str, by: Principal, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """A petition's requests with their words, masked, oldest first; the look is written down."""
    row = note_look(session, petition_id, by=by, clock=clock, resources=resources)
    today = office_day(clock.now())
    persons = [petitioner_of(session, petition_id, resources.ring)]
    persons += participants_of(session, petition_id, resources.ring, today=today)
    names = [one["name"] for one in persons if one and one["name"]]
    apart = words_apart()["content"] if row.apart else None
    supplements = models.supplements
    found = session.execute(
        sa.select(_requests, *_ANSWERED, supplements.c.content.label("supplement"))
        .outerjoin(_answers, _answers.c.request_id == _requests.c.request_id)
        .outerjoin(supplements, supplements.c.supplement_id == _requests.c.request_id)
        .where(_requests.c.petition_id == petition_id)
        .order_by(_requests.c.registered_at, _requests.c.request_id)
    )
    items = []
    for one in found:
        words = one.content or one.supplement
        content = apart or (mask_text(words, names=names) if words else None)
        items.append({**one._mapping, **_shown(one), "content": content})
    return {"items": items}


def told_of_requests(
    session: Session, row: sa.Row[Any], *, now: dt.datetime
) -> dict[str, list[dict[str, Any]]]:
    """What a citizen reads of their requests, and what they may ask for now: nothing twice."""
    found = session.execute(
        sa.select(_requests, *_ANSWERED)
        .outerjoin(_answers, _answers.c.request_id == _requests.c.request_id)
        .where(_requests.c.petition_id == row.petition_id)
        .order_by(_requests.c.registered_at, _requests.c.request_id)
    )
    told = [_shown(one) for one in found]
    waiting = {one["kind"] for one in told if one["state"] in rules.OPEN_STATES} - {"supplement"}
    today = office_day(now)
    gone = row.erased_at is not None or is_void(session, row.petition_id)
    now_open = [] if gone else rules.open_now(standings(session, row.petition_id), today=today)
    return {
        "requests": told,
        "open_requests": [
            {
                "kind": one.kind,
                "kind_name": rules.KINDS[one.kind].name,
                "case_id": one.case_id,
                "apply_by": one.apply_by,
                "days_left": (one.apply_by - today).days if one.apply_by else None,
            }
            for one in now_open
            if one.kind not in waiting
        ],
    }


def keep_answers(session: Session, answers: Sequence[Event]) -> None:
    """Keep what routing answered last to each request, whatever the order it came in."""
    newest: dict[str, dict[str, Any]] = {}
    for event in sorted(answers, key=lambda one: one.data["answer_no"]):
        newest[event.data["request_id"]] = {
            "request_id": event.data["request_id"],
            "version": event.data["answer_no"],
            "state": event.data["answer"],
            "reason": event.data["reason"],
            "at": event.time,
        }
    upsert_newer(session, _answers, list(newest.values()), key=["request_id"])


def standings(session: Session, petition_id: str) -> list[rules.Standing]:
    """Where the cases are that the petition is in now."""
    return [
        rules.Standing(case.case_id, case.state, case.windows or {})
        for case in cases_of(session, petition_id)
    ]


def is_void(session: Session, petition_id: str) -> bool:
    """Whether the petition should not have been registered."""
    table = models.voidings
    found = sa.select(table.c.petition_id).where(table.c.petition_id == petition_id)
    return session.scalar(found) is not None


def _shown(row: sa.Row[Any]) -> dict[str, Any]:
    state = row.answer or rules.ASKED
    return {
        "request_id": row.request_id,
        "kind": row.kind,
        "kind_name": rules.request_name(row.kind),
        "state": state,
        "state_name": rules.STATES.get(state, state),
        "reason": row.reason,
        "reason_text": rules.reason_text(row.reason),
        "asked_at": row.registered_at,
        "at": row.answered_at or row.registered_at,
    }
