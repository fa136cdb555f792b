"""Notices: what petitioners are told and how, what did not go, and the letters to print."""

from typing import Any

from intake.api.routes import READERS, api
from intake.schemas import notices as schemas
from intake.schemas.petitions import NotifyIn
from intake.use_cases import notices as use_cases
from shared.web.api import CITIZEN, Call, staff
from shared.web.fields import PageQuery

SENDERS = staff("registrar", "dispatcher", "handler", "unit_head", "supervisor")
CLERKS = staff("registrar", "dispatcher")


@api.get(
    "/v1/petitions/<petition_id>/notices", who=READERS, answer=schemas.NoticesOut, audited=True
)
def notices(call: Call) -> dict[str, Any]:
    """What the petitioner was told, and how far each notice has come; the look is written down."""
    return use_cases.notices_of(
        call.session,
        petition_id=call.path["petition_id"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/petitions/<petition_id>/notices/<notice_id>/retry",
    who=SENDERS,
    answer=schemas.NoticeOut,
)
def retry_notice(call: Call) -> dict[str, Any]:
    """Send a notice again that failed, is dead or had no sender, under the key it had."""
    return use_cases.retry(
        call.session,
        petition_id=call.path["petition_id"],
        notice_id=call.path["notice_id"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/petitions/<petition_id>/supplement-requests",
    who=SENDERS,
    body=schemas.SupplementRequestIn,
    answer=schemas.SupplementRequestOut,
    status=201,
)
def ask_for_supplement(call: Call) -> dict[str, Any]:
    """Ask the petitioner for more material by the end of a day (T22 Art.19)."""
    return use_cases.ask_for_supplement(
        call.session,
        petition_id=call.path["petition_id"],
        what=call.body["what"],
        until=call.body["until"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.put(
    "/v1/petitions/<petition_id>/notify",
    who=SENDERS,
    body=schemas.ChoiceIn,
    answer=schemas.ChoiceOut,
)
def choose_for(call: Call) -> dict[str, Any]:
    """Write down how the petitioner said to be served, their consent or that they revoke it."""
    return use_cases.choose_for(
        call.session,
        petition_id=call.path["petition_id"],
        notify=call.body,
        channel=call.body["channel"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.put(
    "/v1/public/petitions/<petition_no>/notify",
    who=CITIZEN,
    body=NotifyIn,
    answer=schemas.ChoiceOut,
)
def choose(call: Call) -> dict[str, Any]:
    """Choose how to be served, consent to electronic service or revoke it."""
    return use_cases.choose_publicly(
        call.session,
        petition_no=call.path["petition_no"],
        petition_id=call.principal.sub,
        notify=call.body,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/notices/<notice_id>/delivery",
    who=staff(channels=True),
    body=schemas.DeliveryIn,
    answer=schemas.DeliveryOut,
)
def note_delivery(call: Call) -> dict[str, Any]:
    """A gateway tells whether a notice arrived, as client `channel:<medium>`."""
    return use_cases.note_delivery(
        call.session,
        notice_id=call.path["notice_id"],
        delivered=call.body["delivered"],
        reason=call.body["reason"],
        by=call.principal,
        now=call.clock.now(),
    )


@api.get("/v1/letters", who=CLERKS, query=PageQuery, answer=schemas.LettersOut)
def letters(call: Call) -> dict[str, Any]:
    """Letters that wait to be printed and posted."""
    return use_cases.letters_to_print(
        call.session,
        query=call.query,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post("/v1/letters/print", who=CLERKS, body=schemas.LettersIn, answer=schemas.PrintedOut)
def print_letters(call: Call) -> dict[str, Any]:
    """Letters with name and address, on a page to print; each is written down as a look."""
    return use_cases.print_letters(
        call.session,
        notice_ids=call.body["notice_ids"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post("/v1/letters/posted", who=CLERKS, body=schemas.LettersIn, answer=schemas.LetterPostedOut)
def post_letters(call: Call) -> dict[str, Any]:
    """Mark letters as posted."""
    return use_cases.post_letters(
        call.session,
        notice_ids=call.body["notice_ids"],
        by=call.principal,
        clock=call.clock,
    )
