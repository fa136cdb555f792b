"""After a restore the city may know more of a case than the ledger: it is told anew.

The city ignores a version that it has seen. So what it is told from then on has versions ahead of
the cases' own, by as many as can have been used in the time that was lost.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from shared.db import Session, insert_missing
from sync_municipal import domain
from sync_municipal.models import ACKNOWLEDGED, PENDING, exchanges, ground

_AHEAD = "city_versions_ahead"
_BATCH = 1_000


def versions_ahead(session: Session) -> int:
    """By how much the versions told to the city are higher than the cases' own; 0 at first."""
    numbers = ground.numbers
    return session.scalar(sa.select(numbers.c.last).where(numbers.c.name == _AHEAD)) or 0


def retell(session: Session, passed: int, now: dt.datetime) -> None:
    """Send each case's newest exchange again, and all that wait, under versions not seen yet.

    `passed` is by how much the numbers in `numbers` have been advanced already. A refused exchange
    stays refused. Older ones that the city has acknowledged need nothing: the newest replaces them.
    """
    insert_missing(session, ground.numbers, [{"name": _AHEAD, "last": passed}], key=["name"])
    ahead = versions_ahead(session)
    table = exchanges
    changes: dict[str, Any] = {
        name: sa.bindparam(f"b_{name}") for name in ("idempotency_key", "payload", "status")
    }
    statement = (
        sa.update(table)
        .where(table.c.id == sa.bindparam("b_id"))
        .values(**changes, attempts=0, claimed_until=None, next_attempt_at=now)
    )
    for rows in _to_retell(session):
        session.connection().execute(statement, [_retold(row, ahead) for row in rows])


def _to_retell(session: Session) -> Iterator[Sequence[sa.Row[Any]]]:
    """Exchanges that are not acknowledged or the newest of their case, by id, in batches."""
    table, newer = exchanges, exchanges.alias("newer")
    is_newest = ~sa.exists().where(
        newer.c.case_id == table.c.case_id, newer.c.version > table.c.version
    )
    wanted = sa.or_(table.c.status != ACKNOWLEDGED, is_newest)
    after = 0
    while rows := session.execute(
        sa.select(table).where(table.c.id > after, wanted).order_by(table.c.id).limit(_BATCH)
    ).all():
        yield rows
        after = rows[-1].id


def _retold(row: sa.Row[Any], ahead: int) -> dict[str, Any]:
    told = row.version + ahead
    return {
        "b_id": row.id,
        "b_idempotency_key": domain.idempotency_key(case_id=row.case_id, version=told),
        "b_payload": row.payload | {"version": told},
        "b_status": PENDING if row.status == ACKNOWLEDGED else row.status,
    }
