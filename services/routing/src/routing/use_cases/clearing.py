"""What was suspected to be an accusation and is none: its case leaves the secret lane."""

import datetime as dt

import sqlalchemy as sa

from routing import models
from routing.domain import policy
from routing.resources import Resources
from routing.use_cases.handling import SYSTEM, carry_out
from routing.use_cases.scene import scene
from shared.db import Session


def clear_suspicion(
    session: Session, *, petition_id: str, at: dt.datetime, now: dt.datetime, resources: Resources
) -> None:
    """Lift the secrecy of the petition's case, if suspicion alone had brought it (T22 Art.30).

    A case that is secret for another reason too, or holds other petitions, stays so until a
    person lifts it.
    """
    table, links = models.cases, models.case_petitions
    held = sa.select(links.c.case_id).where(links.c.petition_id == petition_id)
    statement = sa.select(table).where(table.c.case_id.in_(held)).with_for_update()
    row = session.execute(statement).first()
    if row is None or row.petition_ids != [petition_id]:
        return
    found = scene(
        session,
        row=dict(row._mapping),
        action=resources.procedure.actions["clear_suspicion"],
        body={},
        by=SYSTEM,
        at=max(at, row.last_at),
        resources=resources,
    )
    if policy.refusal(found) is None:
        carry_out(session, found, now=now, historical=row.historical, resources=resources)
