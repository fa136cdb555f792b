"""Government mailboxes: to whom one may write, and how many wrote to each."""

from typing import Any

from intake import use_cases
from intake.api.channels import COUNTERS, EVERYBODY
from intake.api.routes import api
from intake.schemas import mailboxes as schemas
from intake.schemas.channels import CountsQuery
from shared.web.api import ANYONE, Call, staff


@api.get("/v1/public/mailboxes", who=ANYONE, answer=schemas.PublicMailboxesOut)
def public_mailboxes(call: Call) -> dict[str, Any]:
    """The government mailboxes that a letter may be sent to now (T22 Art.17)."""
    return use_cases.list_mailboxes(call.session, publicly=True)


@api.get("/v1/mailboxes", who=EVERYBODY, answer=schemas.MailboxesOut)
def mailboxes(call: Call) -> dict[str, Any]:
    """The government mailboxes of this office, those that are closed too."""
    return use_cases.list_mailboxes(call.session, publicly=False)


@api.put(
    "/v1/mailboxes/<code>", who=staff("admin"), body=schemas.MailboxIn, answer=schemas.MailboxOut
)
def put_mailbox(call: Call) -> dict[str, Any]:
    """Open a government mailbox, or change one; letters to it keep its code for ever."""
    return use_cases.put_mailbox(
        call.session,
        code=call.path["code"],
        mailbox=call.body,
        by=call.principal,
        clock=call.clock,
    )


@api.get("/v1/mailboxes/counts", who=COUNTERS, query=CountsQuery, answer=schemas.MailboxCountsOut)
def count_mailboxes(call: Call) -> dict[str, Any]:
    """How many letters were registered for each government mailbox in a period."""
    return use_cases.count_mailboxes(
        call.session, since=call.query["since"], until=call.query["until"], by=call.principal
    )
