"""Counting what the public asks for, over all processes, and refusing what is too much."""

import datetime as dt

import sqlalchemy as sa

from intake import models
from intake.domain.rates import caller, network_of, window_of
from intake.resources import Resources
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Database, Session, dialect_insert
from shared.errors import Refused, both

_table = models.request_counts


def count_in(
    db: Database,
    *,
    kind: str,
    address: str,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> None:
    """Count a request of the public by its address and, where it shows one, its secret.

    Refused with 429 where either made too many of its kind in this hour. It is counted in a
    transaction of its own, so that a request that is refused later, or waits long, counts as well.
    """
    rate, now = resources.rates[kind], clock.now()
    since, until = window_of(now)
    most = {f"address:{network_of(address)}": rate.of_address}
    if by.shown is not None:
        most[by.sub] = rate.of_holder
    callers = {
        caller(who, kind=kind, since=since, secret=resources.query_code_secret): limit
        for who, limit in most.items()
    }
    with db.write() as session:
        # Always in one order: two requests of the same callers do not wait for each other.
        counted = {one: _counted(session, one, until=until) for one in sorted(callers)}
    if any(counted[one] > limit for one, limit in callers.items()):
        raise _too_many(until - now)


def forget_counts(session: Session, *, now: dt.datetime) -> None:
    """Remove what was counted in hours that are over."""
    session.execute(sa.delete(_table).where(_table.c.until <= now))


def _counted(session: Session, one: bytes, *, until: dt.datetime) -> int:
    insert = dialect_insert(session, _table).values(caller=one, until=until, requests=1)
    counted = insert.on_conflict_do_update(
        index_elements=["caller"], set_={"requests": _table.c.requests + 1}
    ).returning(_table.c.requests)
    return session.scalar(counted) or 0


def _too_many(wait: dt.timedelta) -> Refused:
    return Refused(
        both("请求过于频繁，请稍后再试。", "Too many requests; try again later."),
        status=429,
        code="too_many_requests",
        headers={"Retry-After": str(max(1, int(wait.total_seconds())))},
    )
