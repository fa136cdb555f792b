"""Verifying the audit chain from its first entry, or from an anchor that was kept elsewhere."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import audit as chain
from intake.domain.audit import Anchor, AuditKeys, Examination, Finding, entries
from shared.db import Database, Session

_BATCH = 5000
_UNCOUNTED_MOST = 100


def verify(
    db: Database,
    *,
    keys: AuditKeys,
    now: dt.datetime,
    anchor: Anchor | None = None,
    passed: Callable[[Anchor], None] = lambda _anchor: None,
) -> Iterator[Finding]:
    """Everything that is wrong with the chain after the anchor, or with the whole of it.

    Reads in batches while the service goes on; what is added meanwhile is left to the next time.
    After each batch, as long as nothing was found, `passed` is told how far the chain is right.
    """
    found = False
    with db.read() as session:
        head, newest = _ends(session)
        examination = Examination(keys)
        if anchor is not None and _seal_of(session, anchor.seq) == anchor.seal:
            examination = Examination(keys, seq=anchor.seq, seal=anchor.seal)
        elif anchor is not None:
            found = True
            yield Finding(entries(anchor.seq), chain.NOT_THE_ANCHOR)
    counted = head["seq"] if head else newest
    for batch in _batches(db, after=examination.seq, until=counted):
        for entry in batch:
            for finding in examination.check(entry):
                found = True
                yield finding
        if not found:
            passed(Anchor(examination.seq, examination.seal))
    yield from examination.check_head(head)
    with db.read() as session:
        yield from _uncounted(session, after=counted, until=newest)
        yield from _left_over(session, head, now=now)


def _ends(session: Session) -> tuple[dict[str, Any] | None, int]:
    """The head and the number of the newest entry, both as of one moment."""
    newest = sa.select(sa.func.max(models.audit.c.seq).label("newest")).subquery()
    ends = sa.select(newest.c.newest, models.audit_head).select_from(
        newest.outerjoin(models.audit_head, sa.true())
    )
    row = session.execute(ends).mappings().one()
    return (dict(row) if row["id"] is not None else None), row["newest"] or 0


def _batches(db: Database, *, after: int, until: int) -> Iterator[list[Any]]:
    table = models.audit
    while after < until:
        with db.read() as session:
            found = session.execute(
                sa.select(table)
                .where(table.c.seq > after, table.c.seq <= until)
                .order_by(table.c.seq)
                .limit(_BATCH)
            )
            batch = list(found.mappings())
        if not batch:
            return
        yield batch
        after = batch[-1]["seq"]


def _seal_of(session: Session, seq: int) -> bytes | None:
    table = models.audit
    seal = session.scalar(sa.select(table.c.seal).where(table.c.seq == seq))
    return None if seal is None else bytes(seal)


def _uncounted(session: Session, *, after: int, until: int) -> Iterator[Finding]:
    seq = models.audit.c.seq
    found = sa.select(seq).where(seq > after, seq <= until).order_by(seq).limit(_UNCOUNTED_MOST)
    for number in session.scalars(found):
        yield Finding(entries(number), chain.UNCOUNTED)


def _left_over(
    session: Session, head: dict[str, Any] | None, *, now: dt.datetime
) -> Iterator[Finding]:
    """Looks that stand outside the chain although the time to take them into it is over."""
    if head is None or now < head["adopts_until"]:
        return
    look_id = models.former_looks.c.look_id
    for left in session.scalars(sa.select(look_id).order_by(look_id).limit(_UNCOUNTED_MOST)):
        yield Finding(f"looks {left}", chain.OUTSIDE)
