"""Corrections: registrations that were wrong (更正), and those that should not be (错登作废)."""

from typing import Any

from intake import use_cases
from intake.api.routes import READERS, api
from intake.schemas import corrections as schemas
from shared.web.api import Call, staff

REGISTERS = staff("registrar", "dispatcher")


@api.post(
    "/v1/petitions/<petition_id>/corrections",
    who=REGISTERS,
    body=schemas.CorrectionIn,
    answer=schemas.CorrectionOut,
    status=201,
)
def correct(call: Call) -> dict[str, Any]:
    """Correct what was registered wrongly; what stood there is kept (P-GC22 Art.4)."""
    return use_cases.correct(
        call.session,
        petition_id=call.path["petition_id"],
        changes=call.body["changes"],
        reason=call.body["reason"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.get("/v1/petitions/<petition_id>/corrections", who=READERS, answer=schemas.CorrectionsOut)
def corrections(call: Call) -> dict[str, Any]:
    """What was corrected in a petition, by whom and why, and whether it is void."""
    return use_cases.corrections_of(
        call.session, petition_id=call.path["petition_id"], by=call.principal
    )


@api.post(
    "/v1/petitions/<petition_id>/void",
    who=REGISTERS,
    body=schemas.VoidIn,
    answer=schemas.VoidOut,
)
def void(call: Call) -> dict[str, Any]:
    """Void a petition that should not have been registered; its number is not used again."""
    return use_cases.void(
        call.session,
        petition_id=call.path["petition_id"],
        reason=call.body["reason"],
        instead=call.body["instead"],
        by=call.principal,
        clock=call.clock,
    )
