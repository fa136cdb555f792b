"""What became of notices: shown to staff, counted, and queued again."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.notices import DEAD, FAILED, MEDIA, NO_SENDER, QUEUED, RETRIABLE, STATE_NAMES
from intake.resources import Resources
from intake.talking import Talking
from intake.use_cases.looking import note_look
from intake.use_cases.notices.choosing import choice_of
from intake.use_cases.notices.queueing import PHONE_CODE, PHONE_CODE_NAME
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session
from shared.errors import Conflict, NotFound, both
from shared.metrics import ByLabel, Gauges

_table = models.notices


def notices_of(
    session: Session, *, petition_id: str, by: Principal, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """A petition's notices, oldest first, for who may see the petition; the look is written down.

    There are few: one for each step that a petitioner is told of.
    """
    note_look(session, petition_id, by=by, clock=clock, resources=resources)
    found = session.execute(
        sa.select(_table).where(_table.c.petition_id == petition_id).order_by(_table.c.seq)
    )
    return {
        "items": [shown(row, resources.talking) for row in found],
        "choice": choice_of(session, petition_id),
    }


def retry(
    session: Session,
    *,
    petition_id: str,
    notice_id: str,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Queue a notice again that failed, is dead or had no sender; Conflict for any other.

    It goes under the key it had, so that who took it already does not take it twice.
    """
    note_look(session, petition_id, by=by, clock=clock, resources=resources)
    this = (_table.c.petition_id == petition_id, _table.c.notice_id == notice_id)
    row = session.execute(sa.select(_table).where(*this).with_for_update()).first()
    if row is None:
        raise NotFound()
    talking, now = resources.talking, clock.now()
    if row.status not in RETRIABLE:
        raise Conflict(
            both("只有未能发送的告知可以重发。", "Only a notice that did not go can be sent again.")
        )
    if talking.status_of(row.medium) == NO_SENDER:
        raise Conflict(
            both("尚未配置该发送通道。", "No sender is set up for this medium."), code="no_sender"
        )
    due = talking.due(now, medium=row.medium, at_once=row.at_once)
    changed = {"status": QUEUED, "attempts": 0, "due_at": due}
    session.execute(sa.update(_table).where(*this).values(**changed))
    return shown(session.execute(sa.select(_table).where(*this)).one(), talking)


def shown(row: sa.Row[Any], talking: Talking) -> dict[str, Any]:
    """A notice as staff see it: what, how and when, never to which number or in which words."""
    names = {name: one.name for name, one in talking.texts.occasions.items()}
    names[PHONE_CODE] = PHONE_CODE_NAME
    return dict(row._mapping) | {
        "occasion_name": names.get(row.occasion, row.occasion),
        "medium_name": MEDIA.get(row.medium, row.medium),
        "status_name": STATE_NAMES.get(row.status, row.status),
    }


def gauges(session: Session, now: dt.datetime) -> Gauges:
    """What waits for a gateway and how long already, letters to print, what did not go."""
    due = sa.and_(_table.c.status == QUEUED, _table.c.due_at <= now)
    waiting: dict[str, float] = dict.fromkeys(MEDIA, 0)
    oldest: dict[str, float] = dict.fromkeys(MEDIA, 0.0)
    counted = session.execute(
        sa.select(_table.c.medium, sa.func.count(), sa.func.min(_table.c.due_at))
        .where(due)
        .group_by(_table.c.medium)
    )
    for medium, count, since in counted:
        waiting[medium] = count
        oldest[medium] = (now - since).total_seconds()
    lost: dict[str, float] = {FAILED: 0, DEAD: 0}
    gone = session.execute(
        sa.select(_table.c.status, sa.func.count())
        .where(_table.c.status.in_((FAILED, DEAD)))
        .group_by(_table.c.status)
    )
    for status, count in gone:
        lost[status] = count
    return {
        "notices_waiting": ByLabel("medium", waiting),
        "notices_oldest_waiting_seconds": ByLabel("medium", oldest),
        "notices_lost": ByLabel("status", lost),
        "notice_gateways_resting": ByLabel("medium", _resting(session, now)),
    }


def _resting(session: Session, now: dt.datetime) -> dict[str, float]:
    table = models.notice_gateways
    found = session.execute(sa.select(table.c.medium, table.c.paused_until))
    return {row.medium: float((row.paused_until or now) > now) for row in found}
