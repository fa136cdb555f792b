"""Requests of petitioners, as intake tells them: done by the procedure, or waiting for staff.

petition.withdrawal_requested, review_requested, supplemented
  -> petitioner_requests -> withdraw, ask_review, ask_re_review, late_review, supplement
  --> case.request_answered: done, waits (why), refused (why)
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain import policy
from routing.domain import requests as rules
from routing.domain.scene import Refusal, Scene
from routing.resources import Resources
from routing.use_cases.handling import attempt
from routing.use_cases.reading import case_row
from routing.use_cases.request_answers import answer
from shared.auth import WHOLE_DISTRICT, Principal
from shared.clock import Clock, office_day
from shared.db import Session, insert_missing
from shared.errors import Conflict, Forbidden, NotFound, both, in_language

WITHDRAWAL, REVIEW, SUPPLEMENT = (
    "petition.withdrawal_requested.v1",
    "petition.review_requested.v1",
    "petition.supplemented.v1",
)
TYPES = frozenset({WITHDRAWAL, REVIEW, SUPPLEMENT})
_requests, _cases = models.petitioner_requests, models.cases
_PROOFS = {"phone_code": "信访人以短信验证码确认", "paper": "信访人签字的书面材料"}


@dataclass(frozen=True)
class _Tried:
    """What came of a request in one case: its row as it now is, and what stood against it."""

    row: Mapping[str, Any]
    refused: Refusal | None = None
    why: str | None = None


def take(
    session: Session,
    *,
    type_: str,
    data: Mapping[str, Any],
    case_id: str,
    at: dt.datetime,
    clock: Clock,
    resources: Resources,
) -> None:
    """Do what a petitioner asks, or write down why not; the same request again changes nothing.

    `case_id` is the case that holds the petition; a withdrawal is of every case of the petition.
    """
    request = _request(type_, data, case_id=case_id, at=at)
    found = _locked(session, request, named=data.get("case_id"))
    request["case_id"] = found[0]["case_id"]
    known = sa.select(_requests.c.request_id).where(_requests.c.request_id == request["request_id"])
    if session.scalar(known) is not None:
        return
    insert_missing(session, _requests, [request], key=["request_id"])
    tried = [
        _try(session, request, row, at=at, now=clock.now(), resources=resources) for row in found
    ]
    _close(session, request, tried, at=at, resources=resources)


def requests_of_case(
    session: Session, *, case_id: str, by: Principal
) -> dict[str, list[dict[str, Any]]]:
    """What petitioners asked for in a case, oldest first; NotFound where it is not theirs."""
    case_row(session, case_id=case_id, by=by)
    found = session.execute(
        sa.select(_requests)
        .where(_requests.c.case_id == case_id)
        .order_by(_requests.c.requested_at, _requests.c.request_id)
    )
    return {"items": [_shown(dict(row._mapping)) for row in found]}


def take_up_request(
    session: Session,
    *,
    case_id: str,
    request_id: str,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Try again what waits; an application that came before its opinion was served counts from now.

    Conflict, with the rule that stands against it, where it still cannot be done.
    """
    request, row = _found(session, case_id, request_id, by=by)
    now = max(clock.now(), row["last_at"])
    if request["reason"] == "not_served":
        request |= {"received_on": office_day(now), "mailed_on": None}
    tried = _try(session, request, row, at=now, now=clock.now(), resources=resources)
    if tried.refused is not None:
        raise Conflict(tried.refused.message, code=tried.refused.code, basis=tried.refused.basis)
    _say_done(session, request, tried, at=now, resources=resources)
    return _shown(_read(session, request_id))


def decline_request(
    session: Session,
    *,
    case_id: str,
    request_id: str,
    reason: str,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Decline what waits; the petitioner is told so, and why by a written notice."""
    request, row = _found(session, case_id, request_id, by=by)
    answer(
        session,
        request,
        row=row,
        state=rules.REFUSED,
        reason="declined",
        note=reason,
        by=by.sub,
        at=max(clock.now(), row["last_at"]),
        resources=resources,
    )
    return _shown(_read(session, request_id))


def _request(
    type_: str, data: Mapping[str, Any], *, case_id: str, at: dt.datetime
) -> dict[str, Any]:
    kind = {WITHDRAWAL: "withdraw", SUPPLEMENT: "supplement"}.get(type_) or data["level"]
    return {
        "request_id": data["supplement_id"] if type_ == SUPPLEMENT else data["request_id"],
        "petition_id": data["petition_id"],
        "case_id": case_id,
        "kind": kind,
        "proof": data.get("proof"),
        "received_on": _day(data["received_on"]),
        "mailed_on": _day(data.get("mailed_on")),
        "requested_at": at,
        "state": rules.WAITING,
        "reason": None,
        "note": None,
        "answer_no": 0,
        "answered_at": at,
        "answered_by": rules.PETITIONER.account,
    }


def _day(day: Any) -> dt.date | None:
    """A day as an event has it, or as it waited in the database."""
    return dt.date.fromisoformat(day) if isinstance(day, str) else day


def _locked(
    session: Session, request: Mapping[str, Any], *, named: str | None
) -> list[dict[str, Any]]:
    """The cases that are asked about, locked in the order of ids, the petition's own first."""
    own = request["case_id"]
    wanted = {own, named} if named else {own}
    if request["kind"] == "withdraw":
        wanted |= set(
            session.scalars(sa.select(_cases.c.case_id).where(_cases.c.split_from == own))
        )
    statement = sa.select(_cases).where(_cases.c.case_id.in_(sorted(wanted)))
    rows = session.execute(statement.order_by(_cases.c.case_id).with_for_update())
    found = {row.case_id: dict(row._mapping) for row in rows}
    if request["kind"] == "withdraw":
        others = [row for id_, row in found.items() if id_ != own and _holds(row, request)]
        return [found[own], *others]
    theirs = found.get(named) if named else None
    return [theirs if theirs and _holds(theirs, request) else found[own]]


def _holds(row: Mapping[str, Any], request: Mapping[str, Any]) -> bool:
    return request["petition_id"] in row["petition_ids"]


def _try(
    session: Session,
    request: Mapping[str, Any],
    row: Mapping[str, Any],
    *,
    at: dt.datetime,
    now: dt.datetime,
    resources: Resources,
) -> _Tried:
    """Take the request's action on a case; a late application is registered as one (N7)."""
    kind = rules.KINDS[request["kind"]]

    def do(action: str) -> tuple[Scene, dict[str, Any], Refusal | None]:
        return attempt(
            session,
            row=row,
            action=action,
            body=_body(request, action),
            by=rules.PETITIONER,
            at=max(at, row["last_at"]),
            now=now,
            resources=resources,
        )

    scene, after, refused = do(kind.action)
    if refused is None:
        return _Tried(after)
    why = rules.why_not(scene, refused, kind=request["kind"])
    if why == "late":
        _, after, _ = do(rules.LATE)
    return _Tried(after, refused, why)


def _close(
    session: Session,
    request: Mapping[str, Any],
    tried: Sequence[_Tried],
    *,
    at: dt.datetime,
    resources: Resources,
) -> None:
    """Answer the request by what came of it in each of its cases."""
    done = next((one for one in tried if one.refused is None), None)
    if done is not None:
        _say_done(session, request, done, at=at, resources=resources)
        return
    first = tried[0]
    assert first.refused is not None, "what was not done was refused"
    rule = f"{in_language(first.refused.message, 'zh')}（{first.refused.basis}）"
    answer(
        session,
        request,
        row=first.row,
        state=rules.KINDS[request["kind"]].not_done,
        reason=first.why,
        note=rule,
        by=policy.SYSTEM,
        at=max(at, first.row["last_at"]),
        resources=resources,
    )


def _say_done(
    session: Session,
    request: Mapping[str, Any],
    done: _Tried,
    *,
    at: dt.datetime,
    resources: Resources,
) -> None:
    """Answer what the step itself has not answered already."""
    kept = _read(session, request["request_id"])
    if kept["state"] == rules.WAITING:
        answer(
            session,
            kept,
            row=done.row,
            state=rules.DONE,
            by=rules.PETITIONER.account,
            at=max(at, done.row["last_at"]),
            resources=resources,
        )


def _found(
    session: Session, case_id: str, request_id: str, *, by: Principal
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A request that waits, and its case, locked; Conflict for one that waits no more."""
    if WHOLE_DISTRICT not in by.unit_scope:
        raise Forbidden()
    case_row(session, case_id=case_id, by=by)
    locked = sa.select(_cases).where(_cases.c.case_id == case_id).with_for_update()
    row = dict(session.execute(locked).one()._mapping)
    request = _read(session, request_id)
    if request["case_id"] != case_id:
        raise NotFound()
    if request["state"] != rules.WAITING:
        raise Conflict(both("该请求已处理。", "This request has been dealt with."))
    return request, row


def _read(session: Session, request_id: str) -> dict[str, Any]:
    this = sa.select(_requests).where(_requests.c.request_id == request_id)
    row = session.execute(this).first()
    if row is None:
        raise NotFound()
    return dict(row._mapping)


def _shown(request: Mapping[str, Any]) -> dict[str, Any]:
    kind, state, reason = request["kind"], request["state"], request["reason"]
    return dict(request) | {
        "kind_name": rules.KINDS[kind].name,
        "state_name": rules.STATES[state],
        "reason_name": rules.REASONS.get(reason) if reason else None,
    }


def _body(request: Mapping[str, Any], action: str) -> dict[str, Any]:
    """What the action asks for; the words of the request stay at intake."""
    proof = _PROOFS.get(request["proof"], "信访人提交")
    where = f"{proof}，原文见登记系统（编号{request['request_id']}）。"
    if action == "withdraw":
        return {"petition_ids": [request["petition_id"]], "statement": where}
    if action == "supplement":
        return {"text": where, "received_on": request["received_on"]}
    return {
        "applied_on": request["received_on"],
        "mailed_on": request["mailed_on"],
        "reason": where,
    }
