"""Answers to petitioners' requests: written down and told to intake, each with the next number."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain.requests import DONE, SETTLED_BY, WAITING
from routing.events import CaseRequestAnswered, events
from routing.resources import Resources
from routing.use_cases.change import Change
from routing.use_cases.header import headers
from shared.db import Session
from shared.outbox import emit

_requests = models.petitioner_requests


def answer(
    session: Session,
    request: Mapping[str, Any],
    *,
    row: Mapping[str, Any],
    state: str,
    by: str,
    at: dt.datetime,
    resources: Resources,
    reason: str | None = None,
    note: str | None = None,
) -> None:
    """Write down what became of a request, and tell it with the case as it now is (`row`)."""
    number = request["answer_no"] + 1
    session.execute(
        sa.update(_requests)
        .where(_requests.c.request_id == request["request_id"])
        .values(
            state=state,
            reason=reason,
            note=note,
            answer_no=number,
            answered_at=at,
            answered_by=by,
        )
    )
    (whole,) = headers(session, [row], resources=resources)
    told = {
        "header": whole,
        "request_id": request["request_id"],
        "petition_id": request["petition_id"],
        "kind": request["kind"],
        "answer": state,
        "answer_no": number,
        "reason": reason,
    }
    emit(session, events[CaseRequestAnswered], subject=row["case_id"], data=told, time=at)


def settle(change: Change) -> None:
    """Requests that waited for what was just done are done, whoever did it."""
    kind = SETTLED_BY.get(change.scene.action.name)
    if kind is None or kind == "supplement":
        return
    for request in _waiting(change.session, change.row["case_id"], kind=kind):
        if kind == "withdraw" and request["petition_id"] not in change.body["petition_ids"]:
            continue
        answer(
            change.session,
            request,
            row=change.row,
            state=DONE,
            by=change.scene.by.account,
            at=change.scene.at,
            resources=change.resources,
        )


def _waiting(session: Session, case_id: str, *, kind: str) -> list[dict[str, Any]]:
    """Requests of a kind that wait on a case; the case is locked."""
    found = session.execute(
        sa.select(_requests).where(
            _requests.c.case_id == case_id, _requests.c.kind == kind, _requests.c.state == WAITING
        )
    )
    return [dict(row._mapping) for row in found]
