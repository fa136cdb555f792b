"""Dispatching by rule what the suggestion is sure enough about (预分派); never an accusation."""

import datetime as dt

import sqlalchemy as sa

from routing import models
from routing.domain import policy
from routing.domain.scene import Actor
from routing.models.classification import pre_dispatch
from routing.resources import Resources
from routing.use_cases.classification import pre_dispatch_for, refresh
from routing.use_cases.handling import carry_out
from routing.use_cases.scene import scene
from shared.db import Session

RULE = Actor("pre-dispatch", frozenset({"dispatcher"}), None, frozenset(), True)
"""Under this name the journal keeps what the office's rules dispatched."""


def pre_dispatch_cases(
    session: Session, *, now: dt.datetime, after: int, most: int, resources: Resources
) -> int | None:
    """Forward those of the next `most` registered cases that a rule of the office is for.

    Returns the last seq that was looked at, or None at the end, or where no rule is active.
    """
    active = sa.select(pre_dispatch.c.category).where(pre_dispatch.c.active).limit(1)
    if session.scalar(active) is None:
        return None
    refresh(session, resources=resources)
    table = models.cases
    statement = (
        sa.select(table)
        .where(
            table.c.state == "registered",
            table.c.seq > after,
            table.c.historical.is_(False),
            table.c.title.is_not(None),
        )
        .order_by(table.c.seq)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    rows = [dict(row._mapping) for row in session.execute(statement)]
    for row in rows:
        unit = pre_dispatch_for(session, case_row=row)
        if unit is None:
            continue
        body = {"unit": unit, "category": (row["suggestion"] or {})["category"]}
        found = scene(
            session,
            row=row,
            action=resources.procedure.actions["forward"],
            body=body,
            by=RULE,
            at=max(now, row["last_at"]),
            resources=resources,
        )
        if policy.refusal(found) is None:
            carry_out(session, found, now=now, historical=False, resources=resources)
    return rows[-1]["seq"] if len(rows) == most else None
