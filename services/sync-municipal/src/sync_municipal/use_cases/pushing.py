"""Claiming exchanges, settling what became of them, and trying one again."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from shared import trace
from shared.auth import Principal
from shared.db import Session
from shared.errors import Conflict, NotFound, both
from shared.outbox import emit
from sync_municipal import domain
from sync_municipal.domain import Reply, Verdict
from sync_municipal.events import MunicipalAcknowledged, events
from sync_municipal.models import ACKNOWLEDGED, PENDING, REFUSED, exchanges, marks, texts
from sync_municipal.use_cases.holding import may_go


@dataclass(frozen=True)
class Claimed:
    """An exchange that this process alone may push until its claim ends."""

    id: int
    case_id: str
    version: int
    idempotency_key: str
    document: dict[str, Any]
    historical: bool
    attempts: int
    next_attempt_at: dt.datetime
    last_error: str | None
    acknowledged_at: dt.datetime | None
    city_ref: str | None
    claimed_until: dt.datetime
    traceparent: str | None


def claim(session: Session, *, most: int, now: dt.datetime, lease: dt.timedelta) -> list[Claimed]:
    """Claim the exchanges that are due: the oldest version of each case, none already in flight.

    Of a case that has become secret none is due, for as long as it is.
    The caller holds the claim fence, so that no two processes claim at once.
    """
    table, other = exchanges, exchanges.alias("other")
    in_the_way = sa.exists().where(
        other.c.case_id == table.c.case_id,
        other.c.status == PENDING,
        sa.or_(other.c.version < table.c.version, other.c.claimed_until > now),
    )
    due = (
        sa.select(table, texts.c.title, texts.c.text)
        .select_from(
            table.outerjoin(texts, sa.and_(table.c.with_text, texts.c.case_id == table.c.case_id))
        )
        .where(table.c.status == PENDING, table.c.next_attempt_at <= now, ~in_the_way, may_go())
        .order_by(table.c.next_attempt_at, table.c.id)
        .limit(most)
    )
    until = now + lease
    claimed = [_claimed(row, until) for row in session.execute(due)]
    if claimed:
        ids = [one.id for one in claimed]
        session.execute(sa.update(table).where(table.c.id.in_(ids)).values(claimed_until=until))
    return claimed


def _claimed(row: sa.Row[Any], until: dt.datetime) -> Claimed:
    masked = {"title": row.title, "text": row.text} if row.with_text else {}
    return Claimed(
        id=row.id,
        case_id=row.case_id,
        version=row.version,
        idempotency_key=row.idempotency_key,
        document=row.payload | masked,
        historical=row.historical,
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        last_error=row.last_error,
        acknowledged_at=row.acknowledged_at,
        city_ref=row.city_ref,
        claimed_until=until,
        traceparent=row.traceparent,
    )


def release_all(session: Session) -> None:
    """End every claim: for a process that knows that it alone pushes."""
    held = exchanges.c.claimed_until.is_not(None)
    session.execute(sa.update(exchanges).where(held).values(claimed_until=None))


def settle(
    session: Session,
    *,
    replies: Sequence[tuple[Claimed, Reply]],
    now: dt.datetime,
    backoff: float,
    backoff_most: float,
) -> None:
    """Write down what became of claimed exchanges, and tell of each one's first acknowledgement.

    An acknowledgement is a fact and counts even after the claim has ended; anything else is left
    to whoever holds the claim now.
    """
    table = exchanges
    ids = [claimed.id for claimed, _ in replies]
    unsettled = set(
        session.scalars(
            sa.select(table.c.id)
            .where(table.c.id.in_(ids), table.c.status != ACKNOWLEDGED)
            .order_by(table.c.id)
            .with_for_update()
        )
    )
    open_ones = [(claimed, reply) for claimed, reply in replies if claimed.id in unsettled]
    if not open_ones:
        return
    rows = []
    for claimed, reply in open_ones:
        wait = domain.wait_after(claimed.attempts + 1, first=backoff, most=backoff_most)
        rows.append(_settled(claimed, reply, now=now, wait=wait))
        if reply.verdict is Verdict.ACKNOWLEDGED and claimed.acknowledged_at is None:
            with trace.under(claimed.traceparent):
                _tell(session, claimed, reply, now)
    is_ours = sa.or_(
        sa.bindparam("is_fact", type_=sa.Boolean),
        table.c.claimed_until == sa.bindparam("claim"),
    )
    session.execute(sa.update(table).where(table.c.id == sa.bindparam("of"), is_ours), rows)


_STATUS_AFTER = {
    Verdict.ACKNOWLEDGED: ACKNOWLEDGED,
    Verdict.REFUSED: REFUSED,
    Verdict.LATER: PENDING,
    Verdict.UNSENT: PENDING,
}


def _settled(
    claimed: Claimed, reply: Reply, *, now: dt.datetime, wait: dt.timedelta
) -> dict[str, Any]:
    sent = reply.verdict is not Verdict.UNSENT
    acknowledged = reply.verdict is Verdict.ACKNOWLEDGED
    later = reply.verdict is Verdict.LATER
    return {
        "of": claimed.id,
        "claim": claimed.claimed_until,
        "is_fact": acknowledged,
        "status": _STATUS_AFTER[reply.verdict],
        "attempts": claimed.attempts + sent,
        "next_attempt_at": now + wait if later else claimed.next_attempt_at,
        "claimed_until": None,
        "last_error": reply.reason if sent else claimed.last_error,
        "acknowledged_at": now if acknowledged else claimed.acknowledged_at,
        "city_ref": reply.city_ref or claimed.city_ref,
    }


def _tell(session: Session, claimed: Claimed, reply: Reply, now: dt.datetime) -> None:
    emit(
        session,
        events[MunicipalAcknowledged],
        subject=claimed.case_id,
        data={
            "case_id": claimed.case_id,
            "version": claimed.version,
            "city_ref": reply.city_ref,
            "acknowledged_at": now,
        },
        time=now,
        historical=claimed.historical,
    )


def retry(
    session: Session, *, exchange_id: int, principal: Principal, now: dt.datetime
) -> sa.Row[Any]:
    """Push a refused exchange again, or a waiting one without waiting longer.

    NotFound also where its case is withheld from the caller.
    """
    this = exchanges.c.id == exchange_id
    theirs = sa.not_(marks.withheld(principal, exchanges.c.case_id))
    status = session.scalar(sa.select(exchanges.c.status).where(this, theirs).with_for_update())
    if status is None:
        raise NotFound()
    if status == ACKNOWLEDGED:
        raise Conflict(
            both("市级系统已确认，无需重报。", "The city has acknowledged it already."), allowed=[]
        )
    session.execute(
        sa.update(exchanges).where(this).values(status=PENDING, attempts=0, next_attempt_at=now)
    )
    return session.execute(sa.select(exchanges).where(this)).one()
