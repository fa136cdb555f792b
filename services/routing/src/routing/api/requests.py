"""Requests of petitioners in a case: read, and answered where they wait."""

from typing import Any

from routing import use_cases
from routing.api.routes import READERS, api
from routing.schemas import requests as schemas
from shared.web.api import Call, staff

ANSWERERS = staff("dispatcher", "reviewer")


@api.get("/v1/cases/<case_id>/requests", who=READERS, answer=schemas.PetitionerRequestsOut)
def case_requests(call: Call) -> dict[str, Any]:
    """What petitioners asked for in a case, what became of it and by which rule."""
    return use_cases.requests_of_case(call.session, case_id=call.path["case_id"], by=call.principal)


@api.post(
    "/v1/cases/<case_id>/requests/<request_id>/take_up",
    who=ANSWERERS,
    answer=schemas.PetitionerRequestOut,
)
def take_up_request(call: Call) -> dict[str, Any]:
    """Try again what waits, such as an application that came before its opinion was served."""
    return use_cases.take_up_request(
        call.session,
        case_id=call.path["case_id"],
        request_id=call.path["request_id"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/cases/<case_id>/requests/<request_id>/decline",
    who=ANSWERERS,
    body=schemas.RequestDeclineIn,
    answer=schemas.PetitionerRequestOut,
)
def decline_request(call: Call) -> dict[str, Any]:
    """Decline what waits; the petitioner reads that it was, and why in a written notice."""
    return use_cases.decline_request(
        call.session,
        case_id=call.path["case_id"],
        request_id=call.path["request_id"],
        reason=call.body["reason"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )
