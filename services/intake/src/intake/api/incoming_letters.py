"""Letters as they arrive: logged, scanned, and made petitions by who reads them."""

from typing import Any

from intake import use_cases
from intake.api.routes import api
from intake.schemas import incoming_letters as schemas
from intake.schemas.attachments import LinkOut
from intake.schemas.petitions import Registered
from intake.schemas.supplements import SupplementedOut
from intake.settings import Settings
from intake.use_cases import Taken
from shared.web.api import Call, Early, staff

CLERKS = staff("registrar", "dispatcher")


def _most(settings: Settings) -> int:
    return settings.attachment_bytes


def _take_scan(early: Early) -> Taken | None:
    return use_cases.take_scan(
        early.app.db,
        letter_id=early.path["letter_id"],
        upload=early.body["file"],
        by=early.principal,
        resources=early.app.resources,
    )


@api.post(
    "/v1/incoming-letters",
    who=staff("registrar"),
    body=schemas.IncomingLetterIn,
    answer=schemas.IncomingLetterLogged,
    status=201,
)
def log_letter(call: Call) -> dict[str, Any]:
    """Log a letter as it arrived, before it is read."""
    return use_cases.log_letter(
        call.session,
        letter=call.body,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.get(
    "/v1/incoming-letters",
    who=CLERKS,
    query=schemas.IncomingLetterQuery,
    answer=schemas.IncomingLettersOut,
)
def incoming_letters(call: Call) -> dict[str, Any]:
    """Letters that wait, or in another state, those received first before the others."""
    return use_cases.list_letters(call.session, by=call.principal, query=call.query)


@api.get(
    "/v1/incoming-letters/<letter_id>",
    who=CLERKS,
    answer=schemas.IncomingLetterOut,
    audited=True,
)
def incoming_letter(call: Call) -> dict[str, Any]:
    """A letter with its sender, scans and recognised text; the look is written down."""
    return use_cases.look_at_letter(
        call.session,
        letter_id=call.path["letter_id"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.upload(
    "/v1/incoming-letters/<letter_id>/scans",
    who=staff("registrar"),
    most=_most,
    answer=schemas.ScanAddedOut,
    prepare=_take_scan,
)
def add_scan(call: Call) -> dict[str, Any]:
    """Add a scan (PDF, JPEG, PNG, TIFF of several pages) to a letter that waits."""
    return use_cases.add_scan(
        call.session,
        letter_id=call.path["letter_id"],
        upload=call.body["file"],
        taken=call.prepared,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post("/v1/incoming-letters/<letter_id>/scans/<attachment_id>/link", who=CLERKS, answer=LinkOut)
def link_to_scan(call: Call) -> dict[str, Any]:
    """A link to one scan that lasts a few minutes; written down."""
    return use_cases.link_to_scan(
        call.session,
        letter_id=call.path["letter_id"],
        attachment_id=call.path["attachment_id"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/incoming-letters/<letter_id>/register",
    who=staff("registrar"),
    body=schemas.LetterPetitionIn,
    answer=Registered,
    status=201,
)
def register_letter(call: Call) -> dict[str, Any]:
    """Register the petition that a letter holds; its scans become attachments (T22 Art.22)."""
    return use_cases.register_letter(
        call.session,
        letter_id=call.path["letter_id"],
        petition=call.body,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/incoming-letters/<letter_id>/file",
    who=staff("registrar"),
    body=schemas.LetterFiledIn,
    answer=SupplementedOut,
    status=201,
)
def file_letter(call: Call) -> dict[str, Any]:
    """File a letter as a supplement to the petition that it belongs to, with its scans."""
    return use_cases.file_letter(
        call.session,
        letter_id=call.path["letter_id"],
        petition_no=call.body["petition_no"],
        content=call.body["content"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/incoming-letters/<letter_id>/close",
    who=CLERKS,
    body=schemas.LetterClosedIn,
    answer=schemas.IncomingLetterLogged,
)
def close_letter(call: Call) -> dict[str, Any]:
    """Close a letter of which nothing is registered, saying why."""
    return use_cases.close_letter(
        call.session,
        letter_id=call.path["letter_id"],
        reason=call.body["reason"],
        note=call.body["note"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )
