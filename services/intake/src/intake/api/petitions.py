"""Petitions: registered by every channel, followed by citizens, looked at by staff."""

from typing import Any

from intake import use_cases
from intake.api.doors import counted_as
from intake.api.routes import IDENTIFIERS, READERS, api
from intake.schemas import petitions as schemas
from intake.schemas import supplements
from shared.web.api import ANYONE, CITIZEN, GUEST, Call, staff


@api.post(
    "/v1/petitions",
    who=staff("registrar", "importer", channels=True),
    body=schemas.PetitionIn,
    answer=schemas.Registered,
    status=201,
)
def register(call: Call) -> dict[str, Any]:
    """Register a petition: the one contract every channel posts to (T22 Arts.17, 22)."""
    return use_cases.register(
        call.session,
        petition=call.body,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/public/petitions",
    who=GUEST,
    body=schemas.PublicPetitionIn,
    answer=schemas.Registered,
    status=201,
    door=counted_as("register"),
)
def register_publicly(call: Call) -> dict[str, Any]:
    """Bring a matter in, with no account needed; the query code is answered this once."""
    return use_cases.register_publicly(
        call.session,
        petition=call.body,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/public/petitions/<petition_no>/session",
    who=ANYONE,
    body=schemas.QueryCodeIn,
    answer=schemas.SessionOut,
    door=counted_as("sign_in"),
)
def open_citizen_session(call: Call) -> dict[str, Any]:
    """Exchange petition number and query code for a token that lasts an hour."""
    return use_cases.open_citizen_session(
        call.session,
        petition_no=call.path["petition_no"],
        query_code=call.body["query_code"],
        clock=call.clock,
        resources=call.resources,
    )


@api.get("/v1/public/petitions/<petition_no>", who=CITIZEN, answer=schemas.ProgressOut)
def progress(call: Call) -> dict[str, Any]:
    """How far the token's petition has come, in plain words (T22 Art.21)."""
    return use_cases.progress_of(
        call.session,
        petition_no=call.path["petition_no"],
        petition_id=call.principal.sub,
        clock=call.clock,
    )


@api.get("/v1/petition-numbers/<petition_no>", who=READERS, answer=schemas.NumberedOut)
def petition_of_number(call: Call) -> dict[str, Any]:
    """Which petition has a number, for whoever may look at it; no look, since nothing is shown."""
    return use_cases.find_by_number(
        call.session, petition_no=call.path["petition_no"], by=call.principal
    )


@api.get("/v1/petitions/<petition_id>", who=READERS, answer=schemas.PetitionOut, audited=True)
def petition(call: Call) -> dict[str, Any]:
    """A petition as received, its petitioner masked; the look is written down."""
    return use_cases.look_at(
        call.session,
        petition_id=call.path["petition_id"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/petitions/<petition_id>/unmask",
    who=IDENTIFIERS,
    body=schemas.UnmaskIn,
    answer=schemas.PetitionOut,
)
def unmask(call: Call) -> dict[str, Any]:
    """A petition with its petitioner's identity, for a stated purpose that is written down."""
    return use_cases.look_at(
        call.session,
        petition_id=call.path["petition_id"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
        purpose=call.body["purpose"],
        purpose_kind=call.body["purpose_kind"],
    )


@api.post(
    "/v1/petitions/<petition_id>/identity",
    who=staff(
        "registrar", "dispatcher", "handler", "unit_head", "supervisor", "reviewer", "leader"
    ),
    body=schemas.ClaimIn,
    answer=schemas.IdentityOut,
)
def identity(call: Call) -> dict[str, Any]:
    """The petitioner, for a paper that names them: claim check with the right of who draws it
    up or signs it off; written down with the paper."""
    return use_cases.claim_identity(
        call.session,
        petition_id=call.path["petition_id"],
        purpose=call.body["purpose"],
        document_id=call.body["document_id"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/petitions/<petition_id>/supplements",
    who=staff("registrar", channels=True),
    body=supplements.SupplementIn,
    answer=supplements.SupplementedOut,
    status=201,
)
def supplement(call: Call) -> dict[str, Any]:
    """File what the petitioner sent afterwards with their petition."""
    return use_cases.supplement(
        call.session,
        petition_id=call.path["petition_id"],
        said=call.body,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.get(
    "/v1/counts",
    who=staff("supervisor", "leader", "auditor", "admin", "importer"),
    answer=schemas.CountsOut,
)
def counts(call: Call) -> dict[str, Any]:
    """How many petitions are registered."""
    return use_cases.count(call.session, by=call.principal)
