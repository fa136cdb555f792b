"""Opinions: drafted, checked, approved; past answers to cases alike."""

from typing import Any

from routing.api.routes import ANY_STAFF, READERS, api
from routing.schemas import opinions as schemas
from routing.use_cases import opinions as use_cases
from shared.web.api import Call, staff

DRAFTERS = staff("handler", "unit_head", "reviewer", "dispatcher")
APPROVERS = staff("unit_head", "leader")


def _who(call: Call) -> dict[str, Any]:
    return {"by": call.principal, "clock": call.clock, "resources": call.resources}


def _version(call: Call) -> int:
    assert call.if_match is not None
    return call.if_match


@api.get(
    "/v1/cases/<case_id>/opinion",
    who=READERS,
    query=schemas.OpinionQuery,
    answer=schemas.OpinionOut,
)
def opinion(call: Call) -> dict[str, Any]:
    """The case's newest opinion with its findings; before issue its own unit and the bureau see it.

    The ETag goes into If-Match.
    """
    level = call.query["level"]
    return use_cases.opinion_for(
        call.session, case_id=call.path["case_id"], level=level, **_who(call)
    )


@api.put(
    "/v1/cases/<case_id>/opinion",
    who=DRAFTERS,
    body=schemas.OpinionIn,
    answer=schemas.OpinionOut,
    if_match=True,
)
def save_opinion(call: Call) -> dict[str, Any]:
    """Save the draft (T22 Art.32); If-Match is "0" for the first one of its level."""
    return use_cases.save_draft(
        call.session,
        case_id=call.path["case_id"],
        body=call.body,
        if_match=_version(call),
        **_who(call),
    )


@api.post(
    "/v1/cases/<case_id>/opinion/check",
    who=DRAFTERS,
    body=schemas.OpinionIn,
    answer=schemas.CheckOut,
)
def check_opinion(call: Call) -> dict[str, Any]:
    """What the checks say of a draft as it is typed; nothing is saved."""
    return use_cases.check_draft(
        call.session, case_id=call.path["case_id"], body=call.body, **_who(call)
    )


@api.get(
    "/v1/cases/<case_id>/opinion/versions",
    who=READERS,
    query=schemas.VersionsQuery,
    answer=schemas.VersionsOut,
)
def opinion_versions(call: Call) -> dict[str, Any]:
    """The history of the case's opinions, newest first."""
    return use_cases.versions(
        call.session, case_id=call.path["case_id"], query=call.query, by=call.principal
    )


@api.post(
    "/v1/cases/<case_id>/opinion/submit",
    who=DRAFTERS,
    answer=schemas.OpinionOut,
    if_match=True,
)
def submit_opinion(call: Call) -> dict[str, Any]:
    """Send the draft up for approval; 409 `opinion_blocked` while findings block."""
    return use_cases.submit(
        call.session, case_id=call.path["case_id"], if_match=_version(call), **_who(call)
    )


@api.post(
    "/v1/cases/<case_id>/opinion/approve",
    who=APPROVERS,
    answer=schemas.OpinionOut,
    if_match=True,
)
def approve_opinion(call: Call) -> dict[str, Any]:
    """Approve what was sent up: the head of the unit signs."""
    return use_cases.decide(
        call.session,
        case_id=call.path["case_id"],
        if_match=_version(call),
        reason=None,
        **_who(call),
    )


@api.post(
    "/v1/cases/<case_id>/opinion/return",
    who=APPROVERS,
    body=schemas.ReturnIn,
    answer=schemas.OpinionOut,
    if_match=True,
)
def return_opinion(call: Call) -> dict[str, Any]:
    """Return what was sent up, with the reason."""
    return use_cases.decide(
        call.session,
        case_id=call.path["case_id"],
        if_match=_version(call),
        reason=call.body["reason"],
        **_who(call),
    )


@api.post(
    "/v1/opinions/approve",
    who=APPROVERS,
    body=schemas.ApprovalsIn,
    answer=schemas.ApprovalsOut,
)
def approve_opinions(call: Call) -> dict[str, Any]:
    """Approve up to 200 opinions; each has its own result."""
    return use_cases.approve_many(call.session, items=call.body["items"], **_who(call))


@api.get(
    "/v1/opinions/waiting",
    who=APPROVERS,
    query=schemas.WaitingQuery,
    answer=schemas.WaitingOut,
)
def waiting_opinions(call: Call) -> dict[str, Any]:
    """What waits for the caller's approval, longest first."""
    return use_cases.waiting(call.session, query=call.query, by=call.principal)


@api.get("/v1/cases/<case_id>/similar-answers", who=READERS, answer=schemas.SimilarsOut)
def similar_answers(call: Call) -> dict[str, Any]:
    """Up to five answered cases like this one, of those that the caller may see."""
    return use_cases.similar_answers(
        call.session,
        case_id=call.path["case_id"],
        by=call.principal,
        resources=call.resources,
    )


@api.get("/v1/answer-checks", who=ANY_STAFF, answer=schemas.AnswerChecksOut)
def answer_checks(call: Call) -> dict[str, Any]:
    """The checks that an answer goes through, with the basis of each."""
    rows = call.resources.answer_checks.rows
    return {"items": [vars(row) | {"applies_to": sorted(row.applies_to)} for row in rows]}
