"""What ends by itself: a case whose period for review has passed without an application (N7)."""

import datetime as dt

import sqlalchemy as sa

from routing import models
from routing.domain import policy
from routing.domain.review_window import WAITING, over_at, wait_ends_at
from routing.resources import Resources
from routing.use_cases.handling import SYSTEM, carry_out
from routing.use_cases.scene import scene
from shared.db import Session

_SETTLES = dt.timedelta(minutes=1)
"""So long after its last step was written down a case is left alone: an import may go on."""


def lapse_cases(
    session: Session, *, now: dt.datetime, after: int, most: int, resources: Resources
) -> tuple[int, int | None]:
    """End up to `most` cases whose period has passed, from `after` on in the order of cases.

    Returns how many were ended and the last seq that was looked at, or None at the end. A case
    ends at the moment its period did, whenever this runs (TCC 203(2)). Nothing ends where the
    office has it so (a parameter).
    """
    if not resources.procedure.value("lapsed_review_ends"):
        return 0, None
    table, steps = models.cases, models.steps
    just_now = sa.exists().where(
        steps.c.case_id == table.c.case_id,
        steps.c.recorded_at > now - _SETTLES,
        steps.c.recorded_at > steps.c.at,
    )
    statement = (
        sa.select(table)
        .where(
            table.c.state.in_(WAITING),
            table.c.wait_ends_at <= now,
            table.c.seq > after,
            sa.not_(just_now),
        )
        .order_by(table.c.seq)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    rows = [dict(row._mapping) for row in session.execute(statement)]
    action = resources.procedure.actions["lapse"]
    ended = 0
    for row in rows:
        over = over_at(row["clocks"], now)
        if over is None:
            continue
        at = max(over, row["last_at"])
        found = scene(
            session, row=row, action=action, body={}, by=SYSTEM, at=at, resources=resources
        )
        if policy.refusal(found) is None:
            carry_out(session, found, now=now, historical=row["historical"], resources=resources)
            ended += 1
    return ended, rows[-1]["seq"] if len(rows) == most else None


def note_waits(session: Session, *, most: int) -> int:
    """Write down when cases end that an earlier release has served; returns how many it was."""
    table = models.cases
    found = session.execute(
        sa.select(table.c.case_id, table.c.state, table.c.clocks)
        .where(table.c.state.in_(WAITING), table.c.wait_ends_at.is_(None))
        .order_by(table.c.seq)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    ends = [{"b_case_id": row.case_id, "end": wait_ends_at(row.state, row.clocks)} for row in found]
    if ends:
        changed = sa.update(table).where(table.c.case_id == sa.bindparam("b_case_id"))
        session.connection().execute(changed.values(wait_ends_at=sa.bindparam("end")), ends)
    return len(ends)
