"""Erasing who brought a petition in, and holding that back."""

from typing import Any

from intake import use_cases
from intake.api.routes import api
from intake.schemas import erasure as schemas
from shared.web.api import Call, staff

DECIDERS = staff("leader")


@api.post(
    "/v1/petitions/<petition_id>/erase",
    who=DECIDERS,
    body=schemas.ReasonIn,
    answer=schemas.KeptOut,
)
def erase(call: Call) -> dict[str, Any]:
    """Erase the petitioner on request, once every case has ended (TPI Art.47); written down."""
    return use_cases.erase_on_request(call.session, _decided(call))


@api.post(
    "/v1/petitions/<petition_id>/hold",
    who=DECIDERS,
    body=schemas.ReasonIn,
    answer=schemas.KeptOut,
)
def hold(call: Call) -> dict[str, Any]:
    """Hold the petitioner back from being erased, such as for a lawsuit; written down."""
    return use_cases.hold(call.session, _decided(call))


@api.post(
    "/v1/petitions/<petition_id>/lift_hold",
    who=DECIDERS,
    body=schemas.ReasonIn,
    answer=schemas.KeptOut,
)
def lift_hold(call: Call) -> dict[str, Any]:
    """Let the petitioner be erased again when the time for it is over; written down."""
    return use_cases.lift_hold(call.session, _decided(call))


def _decided(call: Call) -> use_cases.Deciding:
    return use_cases.Deciding(
        petition_id=call.path["petition_id"],
        reason=call.body["reason"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )
