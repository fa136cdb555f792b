"""Persons across channels: what else they brought in."""

from typing import Any

from intake import use_cases
from intake.api.routes import IDENTIFIERS, READERS, api
from intake.schemas import persons as schemas
from shared.web.api import Call


@api.post(
    "/v1/persons/search",
    who=IDENTIFIERS,
    body=schemas.SearchIn,
    answer=schemas.PersonPetitionsOut,
)
def search_person(call: Call) -> dict[str, Any]:
    """Petitions by a person's phone or ID number, masked; written down with the purpose."""
    return use_cases.search_person(
        call.session,
        numbers={kind: call.body[kind] for kind in ("phone", "id_number") if call.body[kind]},
        purpose=call.body["purpose"],
        purpose_kind=call.body["purpose_kind"],
        page={"limit": call.body["limit"], "cursor": call.body["cursor"]},
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.get(
    "/v1/petitions/<petition_id>/history",
    who=READERS,
    query=schemas.HistoryQuery,
    answer=schemas.PersonPetitionsOut,
    audited=True,
)
def history(call: Call) -> dict[str, Any]:
    """Other petitions of whoever brought this one in, by any channel, masked; the look is
    written down."""
    return use_cases.history_of(
        call.session,
        petition_id=call.path["petition_id"],
        page=call.query,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )
