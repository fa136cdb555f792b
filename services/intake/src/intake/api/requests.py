"""Requests of petitioners: a code to their phone, the request with it, or one on paper."""

from typing import Any

from intake import use_cases
from intake.api.routes import READERS, api
from intake.schemas import requests as schemas
from shared.web.api import CITIZEN, Call, staff


@api.post(
    "/v1/public/petitions/<petition_no>/requests/code",
    who=CITIZEN,
    body=schemas.RequestCodeIn,
    answer=schemas.CodeSentOut,
)
def send_request_code(call: Call) -> dict[str, Any]:
    """Send the code for a request to the phone that was registered with the token's petition."""
    return use_cases.send_request_code(
        call.session,
        petition_no=call.path["petition_no"],
        petition_id=call.principal.sub,
        kind=call.body["kind"],
        agent=call.body["agent"],
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/public/petitions/<petition_no>/requests",
    who=CITIZEN,
    body=schemas.PublicRequestIn,
    answer=schemas.RequestedOut,
    status=201,
)
def request_publicly(call: Call) -> dict[str, Any]:
    """Withdraw, supplement, or apply for review or re-review (T22 Arts.35, 36) by a phone code."""
    return use_cases.request_by_code(
        call.session,
        petition_no=call.path["petition_no"],
        petition_id=call.principal.sub,
        said=call.body,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/petitions/<petition_id>/requests",
    who=staff("registrar", "dispatcher"),
    body=schemas.PaperRequestIn,
    answer=schemas.RequestedOut,
    status=201,
)
def request_on_paper(call: Call) -> dict[str, Any]:
    """Register a request that came on a signed paper."""
    return use_cases.request_on_paper(
        call.session,
        petition_id=call.path["petition_id"],
        said=call.body,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.get(
    "/v1/petitions/<petition_id>/requests",
    who=READERS,
    answer=schemas.PetitionRequestsOut,
    audited=True,
)
def petition_requests(call: Call) -> dict[str, Any]:
    """A petition's requests with their words, masked; the look is written down."""
    return use_cases.requests_of(
        call.session,
        petition_id=call.path["petition_id"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )
