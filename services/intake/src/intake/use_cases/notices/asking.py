"""Asking: for a supplement, by staff; for an evaluation, when satisfaction opens one."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.resources import Resources
from intake.use_cases.looking import note_look
from intake.use_cases.notices.queueing import queue
from shared.auth import Principal
from shared.clock import Clock, day_ends, office_day
from shared.contracts import Event
from shared.db import Session
from shared.errors import Invalid, both

LATEST = dt.timedelta(days=365)
HANDLING_UNIT = "handling_unit"
"""The evaluation that opens when the opinion is served: one invitation is for both."""


def ask_for_supplement(
    session: Session,
    *,
    petition_id: str,
    what: str,
    until: dt.date,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Ask a petitioner for more material by the end of a day; they read it with number and code.

    Invalid for a day that is past or more than a year ahead. The notice expires with that day.
    """
    note_look(session, petition_id, by=by, clock=clock, resources=resources)
    now = clock.now()
    if not office_day(now) <= until <= office_day(now) + LATEST:
        wrong = both("应为今天起一年内的日期。", "A day from today on, within a year.")
        raise Invalid({"until": wrong})
    request_id = str(uuid.uuid4())
    session.execute(
        sa.insert(models.supplement_requests).values(
            request_id=request_id,
            petition_id=petition_id,
            what=what,
            until=until,
            asked_by=by.sub,
            asked_at=now,
        )
    )
    notice_id = queue(
        session,
        petition_id=petition_id,
        occasion="supplement",
        event_id=request_id,
        facts={"until": until.isoformat()},
        expires_at=day_ends(until),
        talking=resources.talking,
        now=now,
    )
    return {"request_id": request_id, "until": until, "notice_id": notice_id}


def invite_to_evaluate(
    session: Session, *, event: Event, resources: Resources, now: dt.datetime
) -> None:
    """Invite a petitioner to say how it went, once the opinion was served (P-MY14 Art.4)."""
    talking, data = resources.talking, event.data
    stale = event.historical or now - event.recorded_time > talking.fresh
    if stale or data["object"] != HANDLING_UNIT:
        return
    queue(
        session,
        petition_id=data["petition_id"],
        occasion="evaluation",
        event_id=data["evaluation_id"],
        facts={},
        talking=talking,
        now=now,
    )


def asked_of(session: Session, petition_id: str) -> Sequence[sa.Row[Any]]:
    """What a petitioner was asked to supplement, oldest first."""
    table = models.supplement_requests
    return session.execute(
        sa.select(table).where(table.c.petition_id == petition_id).order_by(table.c.asked_at)
    ).all()
