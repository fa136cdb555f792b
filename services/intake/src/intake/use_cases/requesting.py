"""Requests of petitioners, proved by a phone code or a signed paper.

    citizen, registrar -> petition_requests --> petition.withdrawal_requested, review_requested,
                                                petition.supplemented

No event holds a word of what was asked; staff read it here, with the petition.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import requests as rules
from intake.events import PetitionReviewRequested, PetitionWithdrawalRequested, events
from intake.resources import Resources
from intake.use_cases.looking import check_may_see
from intake.use_cases.phone_codes import redeem_code, send_code
from intake.use_cases.proving import check_days, check_paper, phone_of
from intake.use_cases.requests import is_void, standings
from intake.use_cases.supplementing import file_supplement
from shared.auth import Principal
from shared.clock import Clock, office_day
from shared.db import Session
from shared.errors import Conflict, Invalid, NotFound, both
from shared.outbox import emit

PUBLICLY, BY_TOKEN = "web", "public"
"""The channel by which a citizen supplements with number and code, and who registers it."""
PHONE_CODE, PAPER = "phone_code", "paper"
_requests, _answers, _petitions = (
    models.petition_requests,
    models.request_answers,
    models.petitions,
)


def send_request_code(
    session: Session,
    *,
    petition_no: str,
    petition_id: str,
    kind: str,
    agent: int | None,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Send the code for a request to the phone that was registered with the petition.

    Only for the token's petition. Conflict, naming the signed paper as the other way, where a
    code does not prove this kind for who asks, or they have left no phone.
    """
    row = _locked(session, petition_id)
    if row.petition_no != petition_no:
        raise NotFound()
    _check_standing(session, row, kind=kind)
    phone = phone_of(session, row, kind=kind, agent=agent, clock=clock, resources=resources)
    return send_code(
        session,
        phone=phone,
        purpose=kind,
        subject=petition_id,
        clock=clock,
        resources=resources,
    )


def request_by_code(
    session: Session,
    *,
    petition_no: str,
    petition_id: str,
    said: Mapping[str, Any],
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Make a request of the token's petition, proved by the code that was sent to the phone."""
    row = _locked(session, petition_id)
    if row.petition_no != petition_no:
        raise NotFound()
    kind, now = said["kind"], clock.now()
    _check_standing(session, row, kind=kind)
    phone = phone_of(session, row, kind=kind, agent=said["agent"], clock=clock, resources=resources)
    case_id = _case(session, petition_id, said, today=office_day(now))
    redeem_code(
        session,
        phone=phone,
        purpose=kind,
        subject=petition_id,
        code=said["phone_code"],
        now=now,
        resources=resources,
    )
    request = {
        "case_id": case_id,
        "kind": kind,
        "content": said["content"],
        "proof": PHONE_CODE,
        "agent": said["agent"],
        "received_at": now,
        "registered_by": BY_TOKEN,
    }
    return _file(session, row, request, channel=PUBLICLY, now=now)


def request_on_paper(
    session: Session,
    *,
    petition_id: str,
    said: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Register a request that came on a signed paper, kept as an attachment or on file.

    NotFound where the petition is not theirs to know; Invalid for days that cannot be, and for a
    paper that is not the petition's.
    """
    check_may_see(session, petition_id, by=by)
    row, now = _locked(session, petition_id), clock.now()
    _check_standing(session, row, kind=said["kind"])
    paper, received_at = said["paper"], said["received_at"] or now
    check_days(row, paper, said["mailed_on"], received_at=received_at, now=now)
    check_paper(session, petition_id, paper["attachment_id"])
    request = {
        "case_id": _case(session, petition_id, said, today=office_day(received_at)),
        "kind": said["kind"],
        "content": said["content"],
        "proof": PAPER,
        "attachment_id": paper["attachment_id"],
        "on_file": paper["on_file"],
        "signed_on": paper["signed_on"],
        "mailed_on": said["mailed_on"],
        "received_at": received_at,
        "registered_by": by.sub,
    }
    return _file(session, row, request, channel=row.channel, now=now)


def _locked(session: Session, petition_id: str) -> sa.Row[Any]:
    """The petition, locked: two requests of one kind at once are one."""
    this = sa.select(_petitions).where(_petitions.c.petition_id == petition_id)
    row = session.execute(this.with_for_update()).first()
    if row is None:
        raise NotFound()
    return row


def _check_standing(session: Session, row: sa.Row[Any], *, kind: str) -> None:
    """Conflict where nothing can be asked of the petition any more, or the same was just asked."""
    if row.erased_at is not None or is_void(session, row.petition_id):
        raise Conflict(
            both("该信访件已作废或已删除。", "This petition is void or was erased."), code="void"
        )
    if kind == "supplement":
        return
    waits = session.execute(
        sa.select(_requests.c.request_id)
        .outerjoin(_answers, _answers.c.request_id == _requests.c.request_id)
        .where(
            _requests.c.petition_id == row.petition_id,
            _requests.c.kind == kind,
            sa.or_(_answers.c.state.is_(None), _answers.c.state.in_(rules.OPEN_STATES)),
        )
    ).first()
    if waits is not None:
        raise Conflict(
            both("同样的请求已提交，正在处理。", "The same was asked for and is being dealt with."),
            code="already_requested",
            request_id=waits.request_id,
        )


def _case(
    session: Session, petition_id: str, said: Mapping[str, Any], *, today: dt.date
) -> str | None:
    """The case whose opinion is to be reviewed: named, or the only one that it can be."""
    named, kind = said["case_id"], said["kind"]
    if kind not in rules.REVIEWS:
        return None
    known = standings(session, petition_id)
    if named is not None:
        if named not in {case.case_id for case in known}:
            raise Invalid({"case_id": both("不是该信访件的事项。", "Not of this petition.")})
        return str(named)
    found = [one for one in rules.open_now(known, today=today) if one.kind == kind]
    if len(found) > 1:
        raise Invalid(
            {
                "case_id": both(
                    "有多件意见可以申请，请指明。", "Several can be applied for: name one."
                )
            }
        )
    return found[0].case_id if found else None


def _file(
    session: Session,
    row: sa.Row[Any],
    request: Mapping[str, Any],
    *,
    channel: str,
    now: dt.datetime,
) -> dict[str, Any]:
    """Write the request down and tell routing; a supplement's words stand among the supplements."""
    request_id, kind = str(uuid.uuid4()), request["kind"]
    kept = {
        "request_id": request_id,
        "petition_id": row.petition_id,
        "registered_at": now,
        **request,
    }
    if kind == "supplement":
        file_supplement(
            session,
            {
                "supplement_id": request_id,
                "petition_id": row.petition_id,
                "channel": channel,
                "content": request["content"],
                "received_at": request["received_at"],
                "registered_at": now,
                "registered_by": request["registered_by"],
            },
        )
        kept["content"] = None
    else:
        _tell(session, kept, now=now)
    session.execute(sa.insert(_requests).values(**kept))
    return {
        "request_id": request_id,
        "kind": kind,
        "kind_name": rules.KINDS[kind].name,
        "state": rules.ASKED,
        "state_name": rules.STATES[rules.ASKED],
        "at": now,
    }


def _tell(session: Session, request: Mapping[str, Any], *, now: dt.datetime) -> None:
    kind = request["kind"]
    told = {
        "petition_id": request["petition_id"],
        "request_id": request["request_id"],
        "proof": request["proof"],
        "received_on": office_day(request["received_at"]),
        "requested_at": now,
    }
    type_ = events[PetitionWithdrawalRequested]
    if kind in rules.REVIEWS:
        type_ = events[PetitionReviewRequested]
        told |= {
            "level": kind,
            "case_id": request["case_id"],
            "mailed_on": request.get("mailed_on"),
        }
    emit(session, type_, subject=request["petition_id"], data=told, time=now)
