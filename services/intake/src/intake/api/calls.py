"""The hotline: calls, their sheets, what becomes of them, and callbacks."""

from typing import Any

from intake import use_cases
from intake.api.routes import api
from intake.schemas import calls as schemas
from intake.schemas.petitions import Registered
from intake.schemas.sheets import CallSheetIn
from intake.schemas.supplements import SupplementedOut
from shared.web.api import Call, staff

CLERK = staff("registrar")
DESK = staff("registrar", "dispatcher", "leader")
TELEPHONE = staff("registrar", channels=True)


@api.post("/v1/calls", who=TELEPHONE, body=schemas.CallIn, answer=schemas.CallFrameOut, status=201)
def open_call(call: Call) -> dict[str, Any]:
    """Open a call, once for each `call_ref`, as the telephone system or as the clerk who has it."""
    return use_cases.open_call(
        call.session, call=call.body, by=call.principal, clock=call.clock, resources=call.resources
    )


@api.get("/v1/calls", who=DESK, query=schemas.CallsQuery, answer=schemas.CallsOut)
def calls(call: Call) -> dict[str, Any]:
    """Calls of which nothing became yet, oldest first; no numbers, no words."""
    return use_cases.list_calls(
        call.session, by=call.principal, query=call.query | {"mine": call.query["mine"] == "true"}
    )


@api.get("/v1/calls/<call_id>", who=DESK, answer=schemas.CallOut, audited=True)
def call(call: Call) -> dict[str, Any]:
    """A call with its sheet: one's own, masked for dispatchers and leaders; written down."""
    return use_cases.look_at_call(
        call.session,
        call_id=call.path["call_id"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/calls/<call_id>/answer",
    who=CLERK,
    body=schemas.CallAnswerIn,
    answer=schemas.CallAnsweredOut,
)
def answer_call(call: Call) -> dict[str, Any]:
    """Pick a call up and see what is known of its number, masked; written down."""
    return use_cases.answer_call(
        call.session,
        call_id=call.path["call_id"],
        take_over=call.body["take_over"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.put("/v1/calls/<call_id>/sheet", who=CLERK, body=CallSheetIn, answer=schemas.CallFrameOut)
def save_sheet(call: Call) -> dict[str, Any]:
    """Save the sheet of one's call as far as it is typed."""
    return use_cases.save_sheet(
        call.session,
        call_id=call.path["call_id"],
        sheet=call.body,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/calls/<call_id>/end",
    who=TELEPHONE,
    body=schemas.CallEndIn,
    answer=schemas.CallFrameOut,
)
def end_call(call: Call) -> dict[str, Any]:
    """Note when a call ended and where its recording is; a missed one is owed a callback."""
    return use_cases.end_call(
        call.session,
        call_id=call.path["call_id"],
        ended=call.body,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/calls/<call_id>/outcome",
    who=CLERK,
    body=schemas.CallOutcomeIn,
    answer=schemas.CallFrameOut,
)
def state_outcome(call: Call) -> dict[str, Any]:
    """State what became of a call of which nothing is registered."""
    return use_cases.state_outcome(
        call.session, call_id=call.path["call_id"], **call.body, by=call.principal
    )


@api.post("/v1/calls/<call_id>/register", who=CLERK, answer=Registered, status=201)
def register_call(call: Call) -> dict[str, Any]:
    """Register what the sheet says, one petition a call; the code is read out to the caller."""
    return use_cases.register_call(
        call.session,
        call_id=call.path["call_id"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/calls/<call_id>/supplement",
    who=CLERK,
    body=schemas.CallSupplementIn,
    answer=SupplementedOut,
    status=201,
)
def supplement_by_call(call: Call) -> dict[str, Any]:
    """File what a caller adds to a petition that was registered by the same number."""
    return use_cases.supplement_by_call(
        call.session,
        call_id=call.path["call_id"],
        **call.body,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/calls/<call_id>/callback",
    who=CLERK,
    body=schemas.CallbackIn,
    answer=schemas.CallbackOut,
    status=201,
)
def promise_callback(call: Call) -> dict[str, Any]:
    """Promise the caller a call by a time."""
    return use_cases.promise_callback(
        call.session,
        call_id=call.path["call_id"],
        **call.body,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.get("/v1/callbacks", who=DESK, query=schemas.CallbacksQuery, answer=schemas.CallbacksOut)
def callbacks(call: Call) -> dict[str, Any]:
    """Callers who are owed a call, by when; no numbers."""
    return use_cases.list_callbacks(
        call.session,
        by=call.principal,
        query=call.query | {"mine": call.query["mine"] == "true"},
        clock=call.clock,
    )


@api.post("/v1/callbacks/<callback_id>/claim", who=CLERK, answer=schemas.CallbackOut)
def claim_callback(call: Call) -> dict[str, Any]:
    """Take a callback, and see whom to call; written down."""
    return use_cases.claim_callback(
        call.session,
        callback_id=call.path["callback_id"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post("/v1/callbacks/<callback_id>/release", who=DESK, answer=schemas.CallbackOut)
def release_callback(call: Call) -> dict[str, Any]:
    """Put a callback back on the list."""
    return use_cases.release_callback(
        call.session, callback_id=call.path["callback_id"], by=call.principal
    )


@api.post(
    "/v1/callbacks/<callback_id>/tries",
    who=CLERK,
    body=schemas.TryIn,
    answer=schemas.CallbackOut,
)
def note_try(call: Call) -> dict[str, Any]:
    """Note what came of a try; in vain too often, the callback is closed."""
    return use_cases.note_try(
        call.session,
        callback_id=call.path["callback_id"],
        result=call.body["result"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )
