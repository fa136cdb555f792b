"""Pictures and voice notes of petitions, fetched afterwards: nothing is lost while WeChat is away.

claim [commit: due again after the lease] -> fetch -> take in -> attach and forget the row [commit]
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import wechat as rules
from intake.resources import Resources
from intake.use_cases.attaching import Taken, attach
from intake.use_cases.unread import park
from intake.use_cases.wechat.submitting import client
from shared.clock import Clock
from shared.db import Session
from shared.metrics import Gauges
from shared.web.api import Upload

_BACKOFF_S, _BACKOFF_MOST_S = 30, 3600
_NAMES = {"picture": "照片", "voice": "语音"}
_table = models.wechat_media


@dataclass(frozen=True)
class Awaited:
    """A picture or voice note to be fetched, by this process alone until its lease ends."""

    media_key: str
    petition_id: str
    account: str
    media_id: str
    name: str
    sent_at: dt.datetime
    attempts: int

    def __repr__(self) -> str:
        return f"Awaited({self.media_key})"


def claim_media(
    session: Session, *, most: int, lease: dt.timedelta, clock: Clock, resources: Resources
) -> list[Awaited]:
    """Those that are due, the oldest first, of accounts that are set up; due again when the lease
    ends, if nothing is heard of them."""
    now = clock.now()
    accounts = list(resources.wechat.accounts)
    rows = session.execute(
        sa.select(_table)
        .where(_table.c.due_at <= now, _table.c.account.in_(accounts))
        .order_by(_table.c.due_at, _table.c.media_key)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    keys = [row.media_key for row in rows]
    session.execute(
        sa.update(_table).where(_table.c.media_key.in_(keys)).values(due_at=now + lease)
    )
    return [_awaited(row, resources) for row in rows]


def attach_medium(
    session: Session,
    *,
    awaited: Awaited,
    upload: Upload,
    taken: Taken | None,
    clock: Clock,
    resources: Resources,
) -> None:
    """Attach what was fetched; nothing where it was attached, or its petition erased, meanwhile."""
    if _forget(session, awaited):
        attach(
            session,
            petition_id=awaited.petition_id,
            upload=upload,
            taken=taken,
            by=client(awaited.account),
            clock=clock,
            resources=resources,
        )


def await_again(session: Session, *, awaited: Awaited, counted: bool, clock: Clock) -> None:
    """Try again later, the later the oftener it failed; `counted` where WeChat was reached."""
    attempts = awaited.attempts + counted
    wait = min(_BACKOFF_S * 2 ** min(attempts, 20), _BACKOFF_MOST_S)
    due_at = clock.now() + dt.timedelta(seconds=wait)
    this = sa.update(_table).where(_table.c.media_key == awaited.media_key)
    session.execute(this.values(attempts=attempts, due_at=due_at))


def give_medium_up(
    session: Session,
    *,
    awaited: Awaited,
    reason: str,
    details: Sequence[str],
    original: bytes | None,
    clock: Clock,
    resources: Resources,
) -> None:
    """Put one that will not become an attachment on the list of what could not be read."""
    if _forget(session, awaited):
        park(
            session,
            channel=rules.CHANNEL,
            source=awaited.account,
            key=awaited.media_key,
            reason=reason,
            details=[{"about": awaited.name, "reason": one} for one in details],
            original=original,
            size=len(original or b""),
            received_at=awaited.sent_at,
            petition_id=awaited.petition_id,
            clock=clock,
            resources=resources,
        )


def gauges(session: Session, _now: dt.datetime) -> Gauges:
    """How many pictures and voice notes wait to be fetched."""
    found = session.scalar(sa.select(sa.func.count()).select_from(_table))
    return {"intake_wechat_media_waiting": float(found or 0)}


def _forget(session: Session, awaited: Awaited) -> bool:
    gone = sa.delete(_table).where(_table.c.media_key == awaited.media_key)
    return session.scalar(gone.returning(_table.c.media_key)) is not None


def _awaited(row: Any, resources: Resources) -> Awaited:
    known: Mapping[str, Any] = row._mapping
    return Awaited(
        **{name: known[name] for name in ("media_key", "petition_id", "account", "sent_at")},
        media_id=resources.ring.decrypt(row.media_id, place=f"{row.media_key}/media_id"),
        name=f"{_NAMES.get(row.kind, row.kind)}{row.number}",
        attempts=row.attempts,
    )
