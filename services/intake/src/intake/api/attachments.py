"""Attachments: sent with a petition, listed, opened by links that expire."""

from typing import Any

from intake import use_cases
from intake.api.doors import counted_as
from intake.api.routes import READERS, api
from intake.domain.attachments import KINDS
from intake.schemas import attachments as schemas
from intake.settings import Settings
from intake.use_cases import Taken
from shared.web.api import CITIZEN, LINK, Call, Early, File, staff


def _most(settings: Settings) -> int:
    return settings.attachment_bytes


def _take_in(early: Early) -> Taken | None:
    return use_cases.take_in(
        early.app.db,
        petition_id=early.path["petition_id"],
        upload=early.body["file"],
        by=early.principal,
        resources=early.app.resources,
    )


def _take_in_publicly(early: Early) -> Taken | None:
    return use_cases.take_in(
        early.app.db,
        petition_id=early.principal.sub,
        petition_no=early.path["petition_no"],
        upload=early.body["file"],
        by=early.principal,
        resources=early.app.resources,
    )


@api.upload(
    "/v1/petitions/<petition_id>/attachments",
    who=staff("registrar", channels=True),
    most=_most,
    answer=schemas.AttachmentOut,
    prepare=_take_in,
)
def attach(call: Call) -> dict[str, Any]:
    """Attach a file to a petition of the client's channel, or one that the registrar may see."""
    return use_cases.attach(
        call.session,
        petition_id=call.path["petition_id"],
        upload=call.body["file"],
        taken=call.prepared,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.upload(
    "/v1/public/petitions/<petition_no>/attachments",
    who=CITIZEN,
    most=_most,
    answer=schemas.AttachmentOut,
    prepare=_take_in_publicly,
    door=counted_as("upload"),
)
def attach_publicly(call: Call) -> dict[str, Any]:
    """Attach a file to the token's petition."""
    return use_cases.attach(
        call.session,
        petition_id=call.principal.sub,
        petition_no=call.path["petition_no"],
        upload=call.body["file"],
        taken=call.prepared,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.get(
    "/v1/petitions/<petition_id>/attachments",
    who=READERS,
    answer=schemas.AttachmentsOut,
    audited=True,
)
def attachments(call: Call) -> dict[str, Any]:
    """What is attached to a petition; the look is written down."""
    return use_cases.list_attachments(
        call.session,
        petition_id=call.path["petition_id"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    "/v1/petitions/<petition_id>/attachments/<attachment_id>/link",
    who=staff(
        "registrar", "dispatcher", "handler", "unit_head", "supervisor", "reviewer", "leader"
    ),
    body=schemas.LinkIn,
    answer=schemas.LinkOut,
)
def link(call: Call) -> dict[str, Any]:
    """A link to one attachment that lasts a few minutes; written down with its purpose."""
    return use_cases.link_to(
        call.session,
        petition_id=call.path["petition_id"],
        attachment_id=call.path["attachment_id"],
        purpose=call.body["purpose"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.file(
    "/v1/attachments/<link>",
    who=LINK,
    files=tuple(kind.media_type for kind in KINDS.values()),
    audited=True,
)
def download(call: Call) -> File:
    """The file that a link was given for, for saving; the download is written down."""
    found = use_cases.download(
        call.session,
        link=call.path["link"],
        marker=call.app.verifier.marker,
        clock=call.clock,
        resources=call.resources,
    )
    return File(found.pieces, found.media_type, found.name, found.size)


@api.file("/v1/attachments/<link>/pages/<int:page>", who=LINK, files=("image/jpeg",), audited=True)
def attachment_page(call: Call) -> File:
    """A page of the file that a link was given for, as a picture; the look is written down."""
    found = use_cases.draw_page(
        call.session,
        link=call.path["link"],
        page=call.path["page"],
        marker=call.app.verifier.marker,
        clock=call.clock,
        resources=call.resources,
    )
    return File(found.pieces, found.media_type, found.name, found.size)
