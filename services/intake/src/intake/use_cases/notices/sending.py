"""Sending notices: claimed for one process, and what the gateway said of each written down.

    claim [one commit: the medium's lease] -> Sender.send, send, send … -> settle [one commit]

A process that dies in between leaves a lease that ends by itself; the next one hands the same
notices over again, under the same keys.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.notices import (
    DEAD,
    FAILED,
    QUEUED,
    SENT,
    Message,
    Outcome,
    Verdict,
    choose,
    wait_after,
)
from intake.resources import Resources
from intake.talking import Talking
from intake.use_cases.notices.composing import compose, divert
from intake.use_cases.notices.queueing import PHONE_CODE, addressees
from shared.db import Session, insert_missing

_WINDOW = dt.timedelta(minutes=1)
_PAUSE_MOST_S = 300.0
_BROKEN_MOST = 3
_BROKEN = (Verdict.BROKEN, Verdict.AWAY)
_table = models.notices
_gateways = models.notice_gateways


@dataclass(frozen=True)
class Claimed:
    """A notice that this process alone hands over until its lease ends."""

    message: Message
    attempts: int
    at_once: bool


@dataclass(frozen=True)
class Batch:
    """Notices of one medium under one lease."""

    medium: str
    lease: str
    notices: tuple[Claimed, ...]


def due_media(session: Session, *, now: dt.datetime, talking: Talking) -> list[str]:
    """The media that have a sender and something to send now."""
    return [
        medium
        for medium in talking.senders
        if session.scalar(sa.select(_table.c.notice_id).where(*_due(medium, now=now)).limit(1))
        is not None
    ]


def claim(session: Session, *, medium: str, resources: Resources, now: dt.datetime) -> Batch | None:
    """Notices of a medium that are due, the oldest first, of each petition one at a time; None
    where none may go now.

    None goes while another process sends by it, while it rests after failures, or when as many
    went in this minute as may.
    """
    talking = resources.talking
    gateway = _gateway(session, medium, now)
    held = gateway.lease_until is not None and gateway.lease_until > now
    rests = gateway.paused_until is not None and gateway.paused_until > now
    begins = now - gateway.window_at >= _WINDOW
    left = talking.per_minute[medium] - (0 if begins else gateway.window_sent)
    # After failures a few are tried before many.
    most = talking.lines if gateway.failures else talking.batch
    if held or rests or left <= 0:
        return None
    _hold_back(session, medium, now=now, talking=talking)
    rows = _due_rows(session, medium=medium, most=min(most, left), now=now)
    if not rows:
        return None
    composed = compose(session, rows, resources=resources, now=now)
    divert(session, composed)
    lease = str(uuid.uuid4())
    taken: dict[str, Any] = {"lease": lease, "lease_until": now + talking.lease}
    if begins:
        taken |= {"window_at": now, "window_sent": 0}
    session.execute(sa.update(_gateways).where(_gateways.c.medium == medium).values(taken))
    ready = [
        Claimed(one.message, one.row.attempts, one.row.at_once) for one in composed if one.message
    ]
    return Batch(medium, lease, tuple(ready))


def _gateway(session: Session, medium: str, now: dt.datetime) -> sa.Row[Any]:
    """The medium's row, locked."""
    fresh = {"medium": medium, "failures": 0, "window_at": now, "window_sent": 0}
    insert_missing(session, _gateways, [fresh], key=["medium"])
    found = sa.select(_gateways).where(_gateways.c.medium == medium).with_for_update()
    return session.execute(found).one()


def _due(medium: str, *, now: dt.datetime) -> list[sa.ColumnElement[bool]]:
    return [_table.c.medium == medium, _table.c.status == QUEUED, _table.c.due_at <= now]


def _hold_back(session: Session, medium: str, *, now: dt.datetime, talking: Talking) -> None:
    """Move what was due before the quiet hours and still waits to their end."""
    until = talking.due(now, medium=medium, at_once=False)
    if until > now:
        late = (*_due(medium, now=now), sa.not_(_table.c.at_once))
        session.execute(sa.update(_table).where(*late).values(due_at=until))


def _due_rows(
    session: Session, *, medium: str, most: int, now: dt.datetime
) -> Sequence[sa.Row[Any]]:
    petitions = models.petitions
    due = (
        sa.select(_table, petitions.c.petition_no, petitions.c.secret)
        .outerjoin(petitions, petitions.c.petition_id == _table.c.petition_id)
        .where(*_due(medium, now=now))
        .order_by(_table.c.due_at, _table.c.seq)
    )
    # Somebody waits for a code, however many notices are before it.
    codes = session.execute(due.where(_table.c.occasion == PHONE_CODE).limit(most)).all()
    others = due.where(_table.c.occasion != PHONE_CODE).limit(most - len(codes))
    # Those of a batch are handed over side by side: a petitioner hears of things in their order.
    first: dict[str, sa.Row[Any]] = {}
    for row in session.execute(others):
        first.setdefault(row.petition_id, row)
    return [*codes, *first.values()]


def settle(
    session: Session,
    *,
    batch: Batch,
    outcomes: Sequence[Outcome | None],
    talking: Talking,
    now: dt.datetime,
) -> None:
    """Write down what became of a batch; None was not tried.

    What was sent is a fact, and counts even after the lease has ended; anything else is left to
    whoever has the lease now.
    """
    gateway = _gateway(session, batch.medium, now)
    ours = gateway.lease == batch.lease
    rows = [
        _settled(notice, outcome, medium=batch.medium, talking=talking, now=now)
        for notice, outcome in zip(batch.notices, outcomes, strict=True)
        if outcome is not None and (ours or outcome.verdict is Verdict.SENT)
    ]
    if rows:
        this = _table.c.notice_id == sa.bindparam("of")
        session.execute(sa.update(_table).where(this, _table.c.status == QUEUED), rows)
        gone = _table.c.notice_id.in_([row["of"] for row in rows if row["status"] == SENT])
        session.execute(sa.update(_table).where(gone).values(sealed_code=None))
    failed = [row["of"] for row in rows if row["status"] == FAILED]
    elsewhere = {
        notice.message.notice_id
        for notice, outcome in zip(batch.notices, outcomes, strict=True)
        if outcome is not None and outcome.verdict is Verdict.ELSEWHERE
    }
    if elsewhere.intersection(failed):
        _by_another(session, elsewhere, medium=batch.medium, talking=talking, now=now)
    if ours:
        tried = [outcome for outcome in outcomes if outcome is not None]
        state = _gateway_after(gateway, tried, talking=talking, now=now)
        session.execute(
            sa.update(_gateways).where(_gateways.c.medium == batch.medium).values(**state)
        )


def _by_another(
    session: Session, notice_ids: set[str], *, medium: str, talking: Talking, now: dt.datetime
) -> None:
    """Queue failed notices by the next medium that has a sender and may reach the petitioner."""
    this = (_table.c.notice_id.in_(notice_ids), _table.c.status == FAILED)
    failed = session.execute(sa.select(_table).where(*this)).all()
    known = addressees(session, {row.petition_id for row in failed})
    for row in failed:
        if (addressee := known.get(row.petition_id)) is None:
            continue
        order = [one for one in talking.order(row.occasion) if one in talking.senders]
        other = choose(order, chosen=None, reachable=addressee.reachable, barred={medium})
        if other is not None:
            due_at = talking.due(now, medium=other, at_once=row.at_once)
            changed = {"medium": other, "status": QUEUED, "due_at": due_at}
            own = sa.update(_table).where(_table.c.notice_id == row.notice_id)
            session.execute(own.values(changed))


def _settled(
    notice: Claimed, outcome: Outcome, *, medium: str, talking: Talking, now: dt.datetime
) -> dict[str, Any]:
    counted = outcome.verdict is not Verdict.AWAY
    attempts = notice.attempts + counted
    wait = wait_after(attempts, first=talking.backoff_s, most=talking.backoff_most_s)
    sent = outcome.verdict is Verdict.SENT
    status = QUEUED
    if sent:
        status = SENT
    elif outcome.verdict in (Verdict.REFUSED, Verdict.ELSEWHERE):
        status = FAILED
    elif counted and attempts >= talking.attempts:
        status = DEAD
    return {
        "of": notice.message.notice_id,
        "status": status,
        "attempts": attempts,
        "due_at": talking.due(now + wait, medium=medium, at_once=notice.at_once),
        "last_error": outcome.reason,
        "reference": outcome.reference,
        "sent_at": now if sent else None,
    }


def _gateway_after(
    gateway: sa.Row[Any], tried: Sequence[Outcome], *, talking: Talking, now: dt.datetime
) -> dict[str, Any]:
    """The gateway's lease given back, and its rest where it failed too often in a row."""
    failures, rests = gateway.failures, False
    for outcome in tried:
        failures = failures + 1 if outcome.verdict in _BROKEN else 0
        rests = outcome.verdict is Verdict.AWAY or failures >= _BROKEN_MOST
    pause = wait_after(failures, first=talking.pause_s, most=_PAUSE_MOST_S)
    asked = dt.timedelta(seconds=max((outcome.wait_s for outcome in tried), default=0.0))
    return {
        "lease": None,
        "lease_until": None,
        "failures": failures,
        "paused_until": now + max(pause, asked) if rests else None,
        "window_sent": gateway.window_sent + len(tried),
    }


def forget_codes(session: Session, *, talking: Talking, now: dt.datetime) -> None:
    """Forget the query codes of receipts that have not gone for as long as anything is told."""
    old = (_table.c.sealed_code.is_not(None), _table.c.queued_at < now - talking.fresh)
    session.execute(sa.update(_table).where(*old).values(sealed_code=None))
