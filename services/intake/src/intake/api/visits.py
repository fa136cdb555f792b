"""Visits: the reception queue, who came, what was recorded and confirmed, the receipt."""

from typing import Any

from intake import use_cases
from intake.api.routes import api
from intake.schemas import visits as schemas
from intake.schemas.sheets import VisitRecordIn
from shared.web.api import Call, staff

CLERK = staff("registrar")
DESK = staff("registrar", "dispatcher", "leader")


@api.post(
    "/v1/reception/<place>/tickets",
    who=staff("registrar", channels=True),
    body=schemas.TicketIn,
    answer=schemas.TicketOut,
    status=201,
)
def take_ticket(call: Call) -> dict[str, Any]:
    """Queue up at a reception place, as a clerk or a ticket machine (`channel:visit`)."""
    return use_cases.take_ticket(
        call.session,
        place=call.path["place"],
        ticket=call.body,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.get("/v1/reception/<place>/queue", who=DESK, query=schemas.QueueQuery, answer=schemas.QueueOut)
def queue(call: Call) -> dict[str, Any]:
    """A day's tickets of a reception place; no names, no words."""
    return use_cases.list_queue(
        call.session, place=call.path["place"], query=call.query, clock=call.clock
    )


@api.post("/v1/reception/<place>/next", who=CLERK, body=schemas.NextIn, answer=schemas.NextOut)
def call_next(call: Call) -> dict[str, Any]:
    """Call whoever is next to a counter."""
    return use_cases.call_next(
        call.session,
        place=call.path["place"],
        counter=call.body["counter"],
        by=call.principal,
        clock=call.clock,
    )


@api.get(
    "/v1/reception/counts",
    who=staff("registrar", "dispatcher", "supervisor", "leader", "auditor"),
    query=schemas.VisitCountsQuery,
    answer=schemas.VisitCountsOut,
)
def visit_counts(call: Call) -> dict[str, Any]:
    """How many came on each day, what became of it, and how long they waited."""
    return use_cases.count_visits(call.session, **call.query)


@api.get("/v1/visits/<visit_id>", who=DESK, answer=schemas.VisitOut, audited=True)
def visit(call: Call) -> dict[str, Any]:
    """A visit with persons and record: to who receives it, masked for dispatchers and leaders;
    written down."""
    return use_cases.look_at_visit(
        call.session,
        visit_id=call.path["visit_id"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post("/v1/visits/<visit_id>/no-show", who=CLERK, answer=schemas.VisitFrameOut)
def note_no_show(call: Call) -> dict[str, Any]:
    """Note that whoever was called did not come."""
    return use_cases.note_no_show(
        call.session, visit_id=call.path["visit_id"], by=call.principal, clock=call.clock
    )


@api.post("/v1/visits/<visit_id>/requeue", who=DESK, answer=schemas.VisitFrameOut)
def queue_again(call: Call) -> dict[str, Any]:
    """Put somebody back into today's queue."""
    return use_cases.queue_again(
        call.session, visit_id=call.path["visit_id"], by=call.principal, clock=call.clock
    )


@api.put(
    "/v1/visits/<visit_id>/visitors",
    who=CLERK,
    body=schemas.VisitorsIn,
    answer=schemas.VisitFrameOut,
)
def put_visitors(call: Call) -> dict[str, Any]:
    """Write down who came; a joint visit has at most five representatives (T22 Art.20(3))."""
    return use_cases.put_visitors(
        call.session,
        visit_id=call.path["visit_id"],
        told=call.body,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/visits/<visit_id>/identity-checks",
    who=CLERK,
    body=schemas.IdentityCheckIn,
    answer=schemas.IdentityCheckOut,
)
def check_identity(call: Call) -> dict[str, Any]:
    """Write down that a visitor's paper was looked at, and the result."""
    return use_cases.check_identity(
        call.session,
        visit_id=call.path["visit_id"],
        checked=call.body,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.put(
    "/v1/visits/<visit_id>/record",
    who=CLERK,
    body=VisitRecordIn,
    answer=schemas.VisitFrameOut,
)
def save_record(call: Call) -> dict[str, Any]:
    """Save what the visitor says as far as it is typed; a change is to be read back again."""
    return use_cases.save_record(
        call.session,
        visit_id=call.path["visit_id"],
        record=call.body,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/visits/<visit_id>/read-back",
    who=CLERK,
    body=schemas.ReadBackIn,
    answer=schemas.VisitFrameOut,
)
def read_back(call: Call) -> dict[str, Any]:
    """Note that what was recorded was read to the visitor (T22 Art.19)."""
    return use_cases.read_back(
        call.session,
        visit_id=call.path["visit_id"],
        version=call.body["version"],
        by=call.principal,
        clock=call.clock,
    )


@api.post(
    "/v1/visits/<visit_id>/confirm",
    who=CLERK,
    body=schemas.ConfirmIn,
    answer=schemas.VisitFrameOut,
)
def confirm(call: Call) -> dict[str, Any]:
    """Note that a visitor confirmed what was read to them."""
    return use_cases.confirm(
        call.session,
        visit_id=call.path["visit_id"],
        **call.body,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/visits/<visit_id>/register",
    who=CLERK,
    answer=schemas.VisitRegisteredOut,
    status=201,
)
def register_visit(call: Call) -> dict[str, Any]:
    """Register what the visitor confirmed."""
    return use_cases.register_visit(
        call.session,
        visit_id=call.path["visit_id"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post("/v1/visits/<visit_id>/receipt", who=DESK, answer=schemas.VisitReceiptOut)
def print_receipt(call: Call) -> dict[str, Any]:
    """The receipt as a page to print, with the query code the first time; written down."""
    return use_cases.print_receipt(
        call.session,
        visit_id=call.path["visit_id"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/visits/<visit_id>/end",
    who=DESK,
    body=schemas.VisitEndIn,
    answer=schemas.VisitFrameOut,
)
def end_visit(call: Call) -> dict[str, Any]:
    """End a visit of which nothing is registered, with the reason."""
    return use_cases.end_visit(
        call.session,
        visit_id=call.path["visit_id"],
        reason=call.body["reason"],
        by=call.principal,
        clock=call.clock,
    )
