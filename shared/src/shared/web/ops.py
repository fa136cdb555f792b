"""Operators' routes, the same in every service: what waits, what is dead, run it again."""

from typing import Any

import marshmallow as ma
import sqlalchemy as sa
from marshmallow import fields

from shared import inbox
from shared.db import Session
from shared.errors import NotFound
from shared.ground import DEAD, PENDING, UNKNOWN, Ground
from shared.web.api import Api, Call, staff

_SHOWN = 100


class DeadRow(ma.Schema):
    """An event that could not be handled."""

    seq = fields.Int()
    event_id = fields.Str()
    source = fields.Str()
    type = fields.Str()
    subject = fields.Str()
    received_at = fields.AwareDateTime()
    attempts = fields.Int()
    last_error = fields.Str(allow_none=True)


class Backlog(ma.Schema):
    """What a service has yet to send and to handle."""

    outbox_pending = fields.Int()
    outbox_oldest_seconds = fields.Float()
    inbox_pending = fields.Int()
    inbox_oldest_seconds = fields.Float()
    inbox_dead = fields.Int()
    inbox_unknown = fields.Int()
    replays_pending = fields.Int()
    dead = fields.List(fields.Nested(DeadRow))


class Revived(ma.Schema):
    """How many dead events will run again."""

    revived = fields.Int()


def backlog(session: Session, ground: Ground, *, now: Any) -> dict[str, float]:
    """Counts and ages (seconds) of what waits in the outbox and the inbox."""
    out, box, replays = ground.outbox, ground.inbox, ground.replays
    waiting, oldest = session.execute(
        sa.select(sa.func.count(), sa.func.min(out.c.created_at)).where(
            out.c.published_at.is_(None)
        )
    ).one()
    pending, arrived = session.execute(
        sa.select(sa.func.count(), sa.func.min(box.c.received_at)).where(box.c.status == PENDING)
    ).one()
    failed: dict[str, int] = dict(
        session.execute(
            sa.select(box.c.status, sa.func.count())
            .where(box.c.status.in_([DEAD, UNKNOWN]))
            .group_by(box.c.status)
        ).all()
    )
    asked = session.scalar(
        sa.select(sa.func.count()).select_from(replays).where(replays.c.done_at.is_(None))
    )
    return {
        "outbox_pending": waiting,
        "outbox_oldest_pending_seconds": (now - oldest).total_seconds() if oldest else 0.0,
        "inbox_pending": pending,
        "inbox_oldest_pending_seconds": (now - arrived).total_seconds() if arrived else 0.0,
        "inbox_dead": failed.get(DEAD, 0),
        "inbox_unknown": failed.get(UNKNOWN, 0),
        "replays_pending": asked or 0,
    }


def add_routes(api: Api) -> None:
    """Add the operators' routes to `api`."""

    @api.get("/v1/ops/backlog", who=staff("admin"), answer=Backlog)
    def ops_backlog(call: Call) -> dict[str, Any]:
        """What waits and what is dead in this service."""
        ground = call.app.service.ground
        counts = backlog(call.session, ground, now=call.clock.now())
        table = ground.inbox
        dead = call.session.execute(
            sa.select(table).where(table.c.status == DEAD).order_by(table.c.seq).limit(_SHOWN)
        )
        return counts | {
            "outbox_oldest_seconds": counts["outbox_oldest_pending_seconds"],
            "inbox_oldest_seconds": counts["inbox_oldest_pending_seconds"],
            "dead": [row._mapping for row in dead],
        }

    @api.post("/v1/ops/dead/<int:seq>/reprocess", who=staff("admin"), answer=Revived)
    def ops_reprocess(call: Call) -> dict[str, Any]:
        """Run a dead event again."""
        seq = int(call.path["seq"])
        revived = inbox.reprocess(call.session, call.app.service.ground, seq=seq)
        if not revived:
            raise NotFound()
        return {"revived": revived}

    @api.post("/v1/ops/dead/<int:seq>/discard", who=staff("admin"), answer=Revived)
    def ops_discard(call: Call) -> dict[str, Any]:
        """Put away a body that is no event, after looking at it."""
        seq = int(call.path["seq"])
        gone = inbox.discard_unreadable(call.session, call.app.service.ground, seq=seq)
        if not gone:
            raise NotFound()
        return {"revived": 0}
