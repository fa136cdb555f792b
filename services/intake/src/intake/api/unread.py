"""What could not be read: the list, the originals, and marking what was dealt with."""

from typing import Any

from intake import use_cases
from intake.api.routes import api
from intake.schemas import unread as schemas
from shared.web.api import Call, staff

HELPERS = staff("registrar", "dispatcher")


@api.get("/v1/unread", who=HELPERS, query=schemas.UnreadQuery, answer=schemas.UnreadListOut)
def unread(call: Call) -> dict[str, Any]:
    """What came in and could not be read, oldest first; nothing of its words or its sender."""
    return use_cases.list_unread(call.session, by=call.principal, query=call.query)


@api.post(
    "/v1/unread/<unread_id>/original",
    who=HELPERS,
    body=schemas.OriginalIn,
    answer=schemas.OriginalOut,
)
def unread_original(call: Call) -> dict[str, Any]:
    """The original of a message, for a stated purpose that is written down."""
    return use_cases.read_original(
        call.session,
        unread_id=call.path["unread_id"],
        purpose=call.body["purpose"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/unread/<unread_id>/dealt", who=HELPERS, body=schemas.DealtIn, answer=schemas.UnreadOut
)
def deal_with_unread(call: Call) -> dict[str, Any]:
    """Mark a message as dealt with; its original stays."""
    return use_cases.deal_with_unread(
        call.session,
        unread_id=call.path["unread_id"],
        note=call.body["note"],
        by=call.principal,
        clock=call.clock,
    )
