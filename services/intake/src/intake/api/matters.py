"""The same matter found again: what is alike, put together and apart by staff."""

from typing import Any

from intake import use_cases
from intake.api.routes import READERS, api
from intake.schemas import matters as schemas
from shared.web.api import Call, staff
from shared.web.fields import PageQuery

DECIDERS = staff("registrar", "dispatcher", "supervisor", "leader")


@api.get(
    "/v1/petitions/<petition_id>/similar",
    who=READERS,
    query=schemas.SimilarQuery,
    answer=schemas.SimilarOut,
    audited=True,
)
def similar(call: Call) -> dict[str, Any]:
    """Petitions that may be about the same matter (T22 Art.19), each with score and reasons."""
    return use_cases.similar(
        call.session,
        petition_id=call.path["petition_id"],
        most=call.query["limit"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/similar", who=staff("registrar"), body=schemas.TypedIn, answer=schemas.SimilarToTypedOut
)
def similar_to_typed(call: Call) -> dict[str, Any]:
    """Petitions that may be about what is just being typed, before it is registered; nothing of it
    is kept, and the looks are written down."""
    return use_cases.similar_to_typed(
        call.session,
        words=call.body,
        most=call.body["limit"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/petitions/<petition_id>/not-same",
    who=DECIDERS,
    body=schemas.NotSameIn,
    answer=schemas.NotSameOut,
)
def say_not_the_same(call: Call) -> dict[str, Any]:
    """Say that two petitions are not the same matter; they are proposed no more."""
    return use_cases.say_not_the_same(
        call.session,
        petition_id=call.path["petition_id"],
        other_id=call.body["other_id"],
        reason=call.body["reason"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.get(
    "/v1/matter-proposals",
    who=DECIDERS,
    query=PageQuery,
    answer=schemas.ProposalsOut,
    audited=True,
)
def list_proposals(call: Call) -> dict[str, Any]:
    """Pairs that wait for somebody to say whether they are one matter, the newest first."""
    return use_cases.list_proposals(
        call.session,
        query=call.query,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/matters", who=DECIDERS, body=schemas.MatterLinkIn, answer=schemas.MatterOut, status=201
)
def link_petitions(call: Call) -> dict[str, Any]:
    """Put petitions together as one matter; each keeps its number, its code and its notices."""
    return use_cases.link_petitions(
        call.session,
        petition_ids=call.body["petition_ids"],
        kind=call.body["kind"],
        reason=call.body["reason"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.get("/v1/matters/<matter_id>", who=READERS, answer=schemas.MatterOut, audited=True)
def show_matter(call: Call) -> dict[str, Any]:
    """A matter: its petitions, how many people and letters, and who decided what."""
    return use_cases.show_matter(
        call.session,
        matter_id=call.path["matter_id"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/matters/<matter_id>/unmerge",
    who=DECIDERS,
    body=schemas.UnmergeIn,
    answer=schemas.MembershipsOut,
)
def unmerge_matter(call: Call) -> dict[str, Any]:
    """Undo a decision that put petitions together: each is where it was before."""
    return use_cases.unmerge_matter(
        call.session,
        matter_id=call.path["matter_id"],
        decision=call.body["decision"],
        reason=call.body["reason"],
        by=call.principal,
        clock=call.clock,
    )


@api.post(
    "/v1/matters/<matter_id>/release",
    who=DECIDERS,
    body=schemas.ReleaseIn,
    answer=schemas.MembershipsOut,
)
def release_petitions(call: Call) -> dict[str, Any]:
    """Take petitions out of a matter."""
    return use_cases.release_petitions(
        call.session,
        matter_id=call.path["matter_id"],
        petition_ids=call.body["petition_ids"],
        reason=call.body["reason"],
        by=call.principal,
        clock=call.clock,
    )
