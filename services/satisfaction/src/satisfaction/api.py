"""HTTP interface of satisfaction."""

from typing import Any

from satisfaction import schemas, use_cases
from shared.access import UNIT_ROLES
from shared.auth import BUREAU_ROLES
from shared.web.api import CITIZEN, Api, Call, staff

api = Api("satisfaction")

EVERYONE = staff(*sorted(BUREAU_ROLES), *UNIT_ROLES)


@api.post(
    "/v1/public/evaluations",
    who=CITIZEN,
    body=schemas.EvaluationIn,
    answer=schemas.EvaluationOut,
    status=201,
)
def evaluate(call: Call) -> dict[str, Any]:
    """Evaluate the petition office or the handling unit, once each, with the petition's token."""
    return use_cases.record(
        call.session, petition_id=call.principal.sub, given=call.body, clock=call.clock
    )


@api.get("/v1/public/evaluations", who=CITIZEN, answer=schemas.OwnEvaluationsOut)
def own_evaluations(call: Call) -> dict[str, Any]:
    """What the token's petition may evaluate now, and what it has evaluated."""
    return use_cases.own_evaluations(call.session, petition_id=call.principal.sub)


@api.post(
    "/v1/evaluations",
    who=staff("importer"),
    body=schemas.ImportedEvaluationIn,
    answer=schemas.EvaluationOut,
    status=201,
)
def import_evaluation(call: Call) -> dict[str, Any]:
    """Import an evaluation that was given, or simulated, at a time in the past."""
    return use_cases.record(
        call.session,
        petition_id=call.body["petition_id"],
        given=call.body,
        clock=call.clock,
        imported=True,
    )


@api.get(
    "/v1/evaluations",
    who=EVERYONE,
    query=schemas.EvaluationQuery,
    answer=schemas.EvaluationPage,
)
def evaluations(call: Call) -> dict[str, Any]:
    """A petition's evaluations, open and recorded."""
    return use_cases.evaluations_of(call.session, principal=call.principal, query=call.query)


@api.get(
    "/v1/units/counts",
    who=EVERYONE,
    query=schemas.UnitCountsQuery,
    answer=schemas.UnitCountsOut,
)
def counts_by_unit(call: Call) -> dict[str, Any]:
    """How each unit was evaluated; simulated evaluations are counted in and told apart."""
    return use_cases.counts_by_unit(call.session, principal=call.principal, query=call.query)


@api.get("/v1/counts", who=EVERYONE, answer=schemas.CountsOut)
def counts(call: Call) -> dict[str, Any]:
    """How many petitions, cases and evaluations there are."""
    return use_cases.counts(call.session, principal=call.principal)
