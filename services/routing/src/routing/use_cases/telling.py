"""Saying what happened to a case: each event with the whole header."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.events import CaseAccessChanged, events
from routing.resources import Resources
from routing.use_cases.change import Change
from routing.use_cases.header import headers
from routing.use_cases.withholding import untold
from shared.db import Session
from shared.outbox import emit
from shared.pii import mask_text

MOVED, NOTED, REPLIED = "case.moved.v1", "case.noted.v1", "case.replied.v1"
_ENDS_IN = {
    "case.withdrawn.v1": "withdrawn",
    "case.terminated.v1": "terminated",
    "case.closed.v1": "closed",
}
"""Events that say a case has ended, and in which state: an action need not end it."""


def tell(
    session: Session,
    row: Mapping[str, Any],
    *told: tuple[str, dict[str, Any]],
    change: Change,
) -> None:
    """Emit events of a case as its row now is; the change says when and whether it is history."""
    if not told:
        return
    (whole,) = headers(session, [row], resources=change.resources)
    for name, facts in told:
        emit(
            session,
            events[name],
            subject=row["case_id"],
            data={"header": whole, **facts},
            time=change.scene.at,
            historical=change.historical,
        )


def tell_access(
    session: Session, *, after: str, most: int, resources: Resources
) -> tuple[int, str | None]:
    """Tell of those of the next `most` cases whose marks other services do not have.

    Returns how many it was, and the last id that was looked at, None at the end. It is told as of
    the case's last step, for nothing has happened to the case.
    """
    table = models.cases
    wanted, last = untold(session, marker=resources.marker, after=after, most=most)
    locked = sa.select(table).where(table.c.case_id.in_(wanted)).order_by(table.c.case_id)
    rows = [dict(row._mapping) for row in session.execute(locked.with_for_update())]
    for row, whole in zip(rows, headers(session, rows, resources=resources), strict=True):
        emit(
            session,
            events[CaseAccessChanged],
            subject=row["case_id"],
            data={"header": whole},
            time=row["last_at"],
            historical=row["historical"],
        )
    return len(rows), last


def usual_facts(change: Change) -> tuple[str, dict[str, Any]] | None:
    """The event of the action's row in the table, unless its effect has told it already."""
    action, body, row = change.scene.action, change.body, change.row
    name = action.event
    if name is None or name in {told for told, _ in change.told}:
        return None
    if change.state != _ENDS_IN.get(name, change.state):
        return None
    due = body.get("due")
    unit = body.get("unit") if not row["secret"] else None
    facts: dict[str, dict[str, Any]] = {
        MOVED: {"action": action.name, "action_name": action.title},
        NOTED: {
            "kind": action.name, "kind_name": action.notes or action.title, "unit": unit,
            "due": due,
        },
        REPLIED: {"reply": None if row["secret"] else mask_text(row["reply"] or "")},
        "case.served.v1": {"method": row["service_method"]},
        "case.declined.v1": {"ground": body.get("ground") or "N3"},
        "case.channelled.v1": {"route": row["route"]},
    }  # fmt: skip
    return name, facts.get(name, {})
