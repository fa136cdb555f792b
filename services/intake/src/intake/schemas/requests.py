"""Requests of petitioners, as requests and answers."""

from typing import Any

import marshmallow as ma
from marshmallow import fields

from intake.domain.participants import AGENTS_MOST
from intake.domain.requests import KINDS
from shared.errors import both
from shared.web.fields import Body, Code, Day, Moment, Part, Text, Whole

_NAMES = {code: kind.name for code, kind in KINDS.items()}


class RequestCodeIn(Body):
    """For what a code is asked, and which of the registered agents asks (1 or 2), if one does."""

    kind = Code(tuple(KINDS), names=_NAMES, required=True)
    agent = Whole(least=1, most=AGENTS_MOST, allow_none=True, load_default=None)


class CodeSentOut(ma.Schema):
    """The masked number that a code went to; seconds that it lasts, and until the next one."""

    sent_to = fields.Str(required=True)
    expires_in = fields.Int(required=True)
    again_in = fields.Int(required=True)


class _Requested(Body):
    """What is asked for, and in which words: a supplement has them, the others may."""

    kind = Code(tuple(KINDS), names=_NAMES, required=True)
    content = Text(longest=50_000, lines=True, allow_none=True, load_default=None)
    case_id = Text(longest=36, allow_none=True, load_default=None)

    @ma.validates_schema(skip_on_field_errors=False)
    def _check_content(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("kind") not in (None, "withdraw") and data.get("content", "") is None:
            raise ma.ValidationError(both("必填。", "Required."), "content")


class PublicRequestIn(_Requested):
    """A request with the code that came to the phone."""

    phone_code = Text(longest=20, required=True)
    agent = Whole(least=1, most=AGENTS_MOST, allow_none=True, load_default=None)


class PaperIn(Body):
    """The signed paper: an attachment of the petition, or where the original is on file."""

    attachment_id = Text(longest=36, allow_none=True, load_default=None)
    on_file = Text(longest=200, allow_none=True, load_default=None)
    signed_on = Day(required=True)

    @ma.validates_schema(skip_on_field_errors=True)
    def _check_kept(self, data: dict[str, Any], **_: Any) -> None:
        if data["attachment_id"] is None and data["on_file"] is None:
            needed = both("附件和原件存放处至少填一项。", "Either this or on_file is needed.")
            raise ma.ValidationError(needed, "attachment_id")


class PaperRequestIn(_Requested):
    """A request that came on a signed paper; `mailed_on` is its postmark."""

    paper = Part(PaperIn, required=True)
    received_at = Moment(allow_none=True, load_default=None)
    mailed_on = Day(allow_none=True, load_default=None)


class RequestedOut(ma.Schema):
    """The request as filed."""

    request_id = fields.Str(required=True)
    kind = fields.Str(required=True)
    kind_name = fields.Str(required=True)
    state = fields.Str(required=True)
    state_name = fields.Str(required=True)
    at = fields.AwareDateTime(required=True)


class RequestTold(RequestedOut):
    """A request and what became of it; `at` is when that was, `asked_at` when it was made."""

    reason = fields.Str(required=True, allow_none=True)
    reason_text = fields.Str(required=True, allow_none=True)
    asked_at = fields.AwareDateTime(required=True)


class OpenRequestOut(ma.Schema):
    """What may be asked for now; of a review the case, the last day and the days until it."""

    kind = fields.Str(required=True)
    kind_name = fields.Str(required=True)
    case_id = fields.Str(required=True, allow_none=True)
    apply_by = fields.Date(required=True, allow_none=True)
    days_left = fields.Int(required=True, allow_none=True)


class PetitionRequestOut(RequestTold):
    """A request as staff read it, its words masked as the petition's are."""

    case_id = fields.Str(required=True, allow_none=True)
    content = fields.Str(required=True, allow_none=True)
    proof = fields.Str(required=True)
    agent = fields.Int(required=True, allow_none=True)
    attachment_id = fields.Str(required=True, allow_none=True)
    on_file = fields.Str(required=True, allow_none=True)
    signed_on = fields.Date(required=True, allow_none=True)
    mailed_on = fields.Date(required=True, allow_none=True)
    received_at = fields.AwareDateTime(required=True)
    registered_by = fields.Str(required=True)


class PetitionRequestsOut(ma.Schema):
    """A petition's requests, oldest first."""

    items = fields.List(fields.Nested(PetitionRequestOut), required=True)
