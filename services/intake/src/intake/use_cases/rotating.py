"""Rewriting petitioners with the keys that are first now, while the service runs."""

import sqlalchemy as sa

from intake import models
from intake.use_cases.persons import indexed_with, opened, sealed
from shared.db import Session
from shared.pii import KeyRing

_table = models.petitioners
_REWRITE = sa.update(_table).where(_table.c.petition_id == sa.bindparam("of"))


def left_to_rotate(session: Session, *, ring: KeyRing) -> int:
    """How many petitioners are encrypted or indexed otherwise than new ones are."""
    counted = sa.select(sa.func.count()).select_from(_table).where(_is_old(ring))
    return session.scalar(counted) or 0


def rotate(session: Session, *, ring: KeyRing, after: str, most: int) -> tuple[int, str | None]:
    """Rewrite the next petitioners after a petition's id; how many, and the last one's id.

    None for an id means that none is left after it. The rows are locked while it lasts, so that
    a correction waits and is not overwritten; one that is being corrected now is passed over and
    left to the next round. Undecryptable where a row's key is no longer in the ring.
    """
    rows = session.execute(
        sa.select(_table)
        .where(_table.c.petition_id > after, _is_old(ring))
        .order_by(_table.c.petition_id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    if not rows:
        return 0, None
    fresh = [sealed(opened(row, ring=ring), row.petition_id, ring=ring) for row in rows]
    session.execute(_REWRITE, [{"of": row.pop("petition_id"), **row} for row in fresh])
    return len(rows), rows[-1].petition_id


def _is_old(ring: KeyRing) -> sa.ColumnElement[bool]:
    return sa.or_(
        _table.c.sealed_with.is_distinct_from(ring.current),
        _table.c.indexed_with.is_distinct_from(indexed_with(ring)),
    )
