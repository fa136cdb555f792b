"""Drafts of petitions: kept without an account, with photos, until they are submitted."""

from collections.abc import Mapping
from typing import Any

from intake import use_cases
from intake.api.doors import counted_as
from intake.api.routes import api
from intake.domain.attachments import KINDS
from intake.schemas import drafts as schemas
from intake.schemas.attachments import AttachmentOut
from intake.schemas.petitions import PublicPetitionIn
from intake.settings import Settings
from intake.use_cases import Taken
from shared.errors import in_language
from shared.web.api import GUEST, HOLDER, Call, Early, File
from shared.web.problems import language, load

_BASE = "/v1/public/drafts"
_CHANGES = counted_as("change")


def _parse(fields: Mapping[str, Any]) -> dict[str, Any]:
    return load(PublicPetitionIn, fields)


def _told(draft: dict[str, Any]) -> dict[str, Any]:
    """A draft whose problems are said in the caller's language."""
    lang = language()
    problems = [one | {"reason": in_language(one["reason"], lang)} for one in draft["problems"]]
    return draft | {"problems": problems}


def _most(settings: Settings) -> int:
    return settings.attachment_bytes


@api.post(
    _BASE,
    who=GUEST,
    body=schemas.DraftIn,
    answer=schemas.BegunDraftOut,
    status=201,
    door=counted_as("draft"),
)
def begin_draft(call: Call) -> dict[str, Any]:
    """Begin a draft, of one's account where one is signed in; its secret is answered this once."""
    begun = use_cases.begin_draft(
        call.session,
        fields=call.body,
        parse=_parse,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )
    return _told(begun)


@api.get(f"{_BASE}/<draft_id>", who=HOLDER, answer=schemas.DraftOut, door=_CHANGES)
def draft(call: Call) -> dict[str, Any]:
    """A draft as it was typed, and what still stands in the way of submitting it."""
    found = use_cases.read_draft(
        call.session,
        draft_id=call.path["draft_id"],
        parse=_parse,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )
    return _told(found)


@api.patch(
    f"{_BASE}/<draft_id>",
    who=HOLDER,
    body=schemas.DraftIn,
    answer=schemas.DraftOut,
    door=_CHANGES,
)
def change_draft(call: Call) -> dict[str, Any]:
    """Change the fields that are sent, as they were typed: what is wrong is told and kept."""
    assert call.if_match is not None
    changed = use_cases.change_draft(
        call.session,
        draft_id=call.path["draft_id"],
        changes=call.body,
        version=call.if_match,
        parse=_parse,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )
    return _told(changed)


@api.delete(f"{_BASE}/<draft_id>", who=HOLDER, answer=schemas.DroppedDraftOut, door=_CHANGES)
def drop_draft(call: Call) -> dict[str, Any]:
    """Forget a draft and its files; a petition that it became stays."""
    return use_cases.drop_draft(
        call.session,
        draft_id=call.path["draft_id"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.post(
    f"{_BASE}/<draft_id>/submit",
    who=HOLDER,
    answer=schemas.SubmittedOut,
    status=201,
    if_match=True,
    door=counted_as("register"),
)
def submit_draft(call: Call) -> dict[str, Any]:
    """Register the draft with its files as a petition; once more within a day, the same receipt."""
    assert call.if_match is not None
    return use_cases.submit_draft(
        call.session,
        draft_id=call.path["draft_id"],
        version=call.if_match,
        parse=_parse,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


def _take_in(early: Early) -> Taken | None:
    return use_cases.take_in_for_draft(
        early.app.db,
        draft_id=early.path["draft_id"],
        upload=early.body["file"],
        by=early.principal,
        clock=early.app.clock,
        resources=early.app.resources,
    )


@api.upload(
    f"{_BASE}/<draft_id>/files",
    who=HOLDER,
    most=_most,
    answer=AttachmentOut,
    prepare=_take_in,
    door=counted_as("upload"),
)
def add_file(call: Call) -> dict[str, Any]:
    """Add a photo or a paper to a draft."""
    return use_cases.add_file(
        call.session,
        draft_id=call.path["draft_id"],
        upload=call.body["file"],
        taken=call.prepared,
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )


@api.file(
    f"{_BASE}/<draft_id>/files/<attachment_id>",
    who=HOLDER,
    files=tuple(kind.media_type for kind in KINDS.values()),
    door=_CHANGES,
)
def draft_file(call: Call) -> File:
    """A draft's photo or paper as it is kept, for whoever has the draft's secret."""
    found = use_cases.open_draft_file(
        call.session,
        draft_id=call.path["draft_id"],
        attachment_id=call.path["attachment_id"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )
    return File(found.pieces, found.media_type, found.name, found.size)


@api.delete(
    f"{_BASE}/<draft_id>/files/<attachment_id>",
    who=HOLDER,
    answer=schemas.DroppedFileOut,
    door=_CHANGES,
)
def drop_file(call: Call) -> dict[str, Any]:
    """Take a file off a draft."""
    return use_cases.drop_file(
        call.session,
        draft_id=call.path["draft_id"],
        attachment_id=call.path["attachment_id"],
        by=call.principal,
        clock=call.clock,
        resources=call.resources,
    )
