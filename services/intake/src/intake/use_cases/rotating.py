"""Rewriting what is sealed with the keys that are first now, while the service runs."""

from typing import Any

import sqlalchemy as sa

from intake.use_cases.sealed_rows import KEPT, Kept
from shared.db import Session
from shared.pii import KeyRing

Key = tuple[Any, ...]


def left_to_rotate(session: Session, *, ring: KeyRing) -> int:
    """How many rows are encrypted or indexed otherwise than new ones are."""
    return sum(
        session.scalar(sa.select(sa.func.count()).select_from(kept.table).where(kept.is_old(ring)))
        or 0
        for kept in KEPT
    )


def rotate(
    session: Session, kept: Kept, *, ring: KeyRing, after: Key | None, most: int
) -> tuple[int, Key | None]:
    """Rewrite the next rows after a key; how many, and the last one's key.

    None for a key means that none is left after it. The rows are locked while it lasts, so that
    a correction waits and is not overwritten; one that is being corrected now is passed over and
    left to the next round. Undecryptable where a row's key is no longer in the ring.
    """
    following = sa.true() if after is None else sa.tuple_(*kept.columns) > sa.tuple_(*after)
    rows = session.execute(
        sa.select(kept.table)
        .where(following, kept.is_old(ring))
        .order_by(*kept.columns)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    if not rows:
        return 0, None
    this = (column == sa.bindparam(f"of_{column.name}") for column in kept.columns)
    fresh = [
        kept.fresh(row, ring) | {f"of_{name}": row._mapping[name] for name in kept.key}
        for row in rows
    ]
    session.execute(sa.update(kept.table).where(*this), fresh)
    return len(rows), tuple(rows[-1]._mapping[name] for name in kept.key)
