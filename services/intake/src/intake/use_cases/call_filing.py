"""What a call becomes: one petition, or a supplement to one the caller brought in before."""

from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.hotline import BY_FILING
from intake.resources import Resources
from intake.use_cases.calls import HOTLINE
from intake.use_cases.held_calls import held_call
from intake.use_cases.persons import indexes_of, opened_number, petitions_with
from intake.use_cases.registering import register
from intake.use_cases.sheets import opened_sheet, petition_of
from intake.use_cases.supplementing import supplement
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session
from shared.errors import Conflict, Invalid, both

_SYSTEM = "call"
_REGISTERED, _SUPPLEMENTED = BY_FILING
_table = models.calls


def register_call(
    session: Session, *, call_id: str, by: Principal, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """Register what the sheet of the clerk's call says; the receipt, whose code is read out.

    A petitioner who gave a name and no phone has the number that called. Conflict where the call
    was filed before; Invalid by field for what the sheet still lacks.
    """
    row = held_call(session, call_id, by=by)
    sheet = opened_sheet(row.sheet, f"{call_id}/sheet", resources.ring)
    if sheet is None:
        raise Invalid({"sheet": both("尚未填写来电登记单。", "The sheet has not been filled in.")})
    petition = petition_of(sheet)
    person = petition.get("petitioner") or {}
    if person.get("name") and not person.get("phone"):
        petition["petitioner"] = person | {
            "phone": opened_number(row, call_id, ring=resources.ring)
        }
    petition |= {
        "channel": HOTLINE,
        "received_at": row.began_at,
        "external_ref": {"system": _SYSTEM, "id": row.call_ref},
    }
    receipt = register(session, petition=petition, by=by, clock=clock, resources=resources)
    _filed(session, call_id, by=by, outcome=_REGISTERED, petition_id=receipt["petition_id"])
    return receipt


def supplement_by_call(
    session: Session,
    *,
    call_id: str,
    petition_id: str,
    content: str,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, str]:
    """File what a caller adds to their petition, one registered by the number that calls.

    Conflict where it is another's: then the clerk makes sure who calls, and files the supplement
    with the petition itself.
    """
    row = held_call(session, call_id, by=by)
    number = opened_number(row, call_id, ring=resources.ring)
    theirs = number and session.scalar(
        sa.select(models.petitions.c.petition_id).where(
            models.petitions.c.petition_id == petition_id,
            models.petitions.c.petition_id.in_(
                petitions_with(indexes_of({"phone": number}, ring=resources.ring))
            ),
        )
    )
    if not theirs:
        raise Conflict(
            both(
                "该信访件不是以本次来电号码登记的，请核实来电人身份后在该信访件下补充。",
                "That petition was not registered by this number: make sure who calls, and file "
                "it with the petition.",
            ),
            code="not_the_callers",
        )
    filed = supplement(
        session,
        petition_id=petition_id,
        said={
            "channel": HOTLINE,
            "content": content,
            "email": None,
            "received_at": row.began_at,
            "external_ref": {"system": _SYSTEM, "id": row.call_ref},
        },
        by=by,
        clock=clock,
        resources=resources,
    )
    _filed(session, call_id, by=by, outcome=_SUPPLEMENTED, **filed)
    return filed


def _filed(session: Session, call_id: str, *, by: Principal, outcome: str, **ids: str) -> None:
    """The sheet goes: the petition or the supplement says it now."""
    changes = {"outcome": outcome, "outcome_by": by.sub, "sheet": None, **ids}
    session.execute(sa.update(_table).where(_table.c.call_id == call_id).values(**changes))
