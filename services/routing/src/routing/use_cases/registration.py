"""What intake tells of a registration after it: cleared of suspicion, corrected, void."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain import policy
from routing.resources import Resources
from routing.use_cases.handling import SYSTEM, carry_out
from routing.use_cases.scene import scene
from shared.clock import Clock
from shared.contracts import Event
from shared.db import Session


def clear_suspicion(
    session: Session, *, cleared: Event, clock: Clock, resources: Resources
) -> None:
    """Lift the secrecy of the petition's case, if suspicion alone had brought it (T22 Art.30).

    A case that is secret for another reason too, or holds other petitions, stays so until a
    person lifts it.
    """
    row = _case_of(session, cleared)
    if row is not None and row["petition_ids"] == [cleared.data["petition_id"]]:
        _follow(session, row, "clear_suspicion", {}, cleared, clock=clock, resources=resources)


def follow_correction(
    session: Session, *, corrected: Event, clock: Clock, resources: Resources
) -> None:
    """Let the case's words follow its petition's (P-GC22 Art.4)."""
    row = _case_of(session, corrected)
    if row is not None:
        _follow(
            session, row, "correct", corrected.data, corrected, clock=clock, resources=resources
        )


def void_petition(session: Session, *, voided: Event, clock: Clock, resources: Resources) -> None:
    """Take a void petition out of its case, which ends where it holds no other (P-GC22 Art.4).

    A case that has ended, or has been answered, meanwhile stays as it is.
    """
    row = _case_of(session, voided)
    if row is not None and voided.data["petition_id"] in row["petition_ids"]:
        _follow(session, row, "void", voided.data, voided, clock=clock, resources=resources)


def _case_of(session: Session, told: Event) -> dict[str, Any] | None:
    """The case that holds the petition, locked; None where none does."""
    table, links = models.cases, models.case_petitions
    held = sa.select(links.c.case_id).where(links.c.petition_id == told.data["petition_id"])
    statement = sa.select(table).where(table.c.case_id.in_(held)).with_for_update()
    row = session.execute(statement).first()
    return dict(row._mapping) if row else None


def _follow(
    session: Session,
    row: Mapping[str, Any],
    action: str,
    body: Mapping[str, Any],
    told: Event,
    *,
    clock: Clock,
    resources: Resources,
) -> None:
    found = scene(
        session,
        row=row,
        action=resources.procedure.actions[action],
        body=body,
        by=SYSTEM,
        at=max(told.time, row["last_at"]),
        resources=resources,
    )
    if policy.refusal(found) is None:
        historical = bool(row["historical"])
        carry_out(session, found, now=clock.now(), historical=historical, resources=resources)
