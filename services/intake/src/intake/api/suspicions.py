"""Suspicions: petitions that may be accusations, and the bureau's word on each."""

from typing import Any

from intake import use_cases
from intake.api.routes import api
from intake.schemas import suspicions as schemas
from shared.web.api import Call, staff
from shared.web.fields import PageQuery

DECIDERS = staff("dispatcher", "leader")


@api.get("/v1/suspicions", who=DECIDERS, query=PageQuery, answer=schemas.SuspicionsOut)
def suspicions(call: Call) -> dict[str, Any]:
    """Petitions in the secret lane because they may be accusations, until somebody has read them
    (T22 Arts.22(2), 30)."""
    return use_cases.open_suspicions(call.session, by=call.principal, query=call.query)


@api.post(
    "/v1/petitions/<petition_id>/suspicion",
    who=DECIDERS,
    body=schemas.SuspicionDecisionIn,
    answer=schemas.SuspicionDecisionOut,
)
def decide_suspicion(call: Call) -> dict[str, Any]:
    """Say that a suspected petition is no accusation, so that it goes on with its words, or that it
    is one and stays in the secret lane."""
    return use_cases.decide_suspicion(
        call.session,
        petition_id=call.path["petition_id"],
        decision=call.body["decision"],
        reason=call.body["reason"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )
