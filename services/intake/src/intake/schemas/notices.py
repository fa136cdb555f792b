"""Notices to petitioners, as requests and answers."""

import marshmallow as ma
from marshmallow import fields

from intake.schemas.petitions import ChoiceOut, NotifyIn
from shared.errors import both
from shared.web.fields import Body, Day, Flag, Text


class NoticeOut(ma.Schema):
    """A notice: what, by which medium, and how far it has come; never to whom or in which words."""

    notice_id = fields.Str(required=True)
    occasion = fields.Str(required=True)
    occasion_name = fields.Str(required=True)
    medium = fields.Str(required=True)
    medium_name = fields.Str(required=True)
    status = fields.Str(
        required=True,
        metadata={
            "description": "queued, sent, delivered, failed, dead, no_sender or cancelled; a "
            "vocabulary that grows"
        },
    )
    status_name = fields.Str(required=True)
    queued_at = fields.AwareDateTime(required=True)
    due_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True, allow_none=True)
    attempts = fields.Int(required=True)
    last_error = fields.Str(required=True, allow_none=True)
    sent_at = fields.AwareDateTime(required=True, allow_none=True)
    sent_by = fields.Str(required=True, allow_none=True)
    delivered_at = fields.AwareDateTime(required=True, allow_none=True)


class NoticesOut(ma.Schema):
    """The notices of a petition, oldest first, and how the petitioner chose to be served."""

    items = fields.List(fields.Nested(NoticeOut), required=True)
    choice = fields.Nested(ChoiceOut, required=True)


class ChoiceIn(NotifyIn):
    """What the petitioner said, and by which channel: at the counter, by phone, on paper."""

    channel = Text(longest=20, required=True)


class SupplementRequestIn(Body):
    """What is to be supplemented, and by which day."""

    what = Text(longest=2000, shortest=2, lines=True, required=True)
    until = Day(required=True)


class SupplementRequestOut(ma.Schema):
    """The request; the notice is null where the petitioner can be told by nothing."""

    request_id = fields.Str(required=True)
    until = fields.Date(required=True)
    notice_id = fields.Str(required=True, allow_none=True)


class DeliveryIn(Body):
    """What the gateway knows afterwards; `reason` is its code for what went wrong."""

    delivered = Flag(required=True)
    reason = Text(longest=50, allow_none=True, load_default=None)


class DeliveryOut(ma.Schema):
    """The notice's state now."""

    notice_id = fields.Str(required=True)
    status = fields.Str(required=True)


class LettersIn(Body):
    """Letters, by the ids of their notices."""

    notice_ids = ma.fields.List(
        Text(longest=36),
        required=True,
        validate=ma.validate.Length(1, 100, error=both("应为1至100个。", "From 1 to 100 of them.")),
        error_messages={
            "required": both("必填。", "Required."),
            "invalid": both("应为列表。", "Must be a list."),
        },
    )


class LetterOut(ma.Schema):
    """A letter that waits to be printed."""

    notice_id = fields.Str(required=True)
    petition_id = fields.Str(required=True)
    petition_no = fields.Str(required=True)
    occasion = fields.Str(required=True)
    occasion_name = fields.Str(required=True)
    queued_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True, allow_none=True)


class LettersOut(ma.Schema):
    """A page of letters to print."""

    items = fields.List(fields.Nested(LetterOut), required=True)
    next_cursor = fields.Str(required=True, allow_none=True)


class PrintedLetterOut(ma.Schema):
    """A letter with name and address."""

    notice_id = fields.Str(required=True)
    petition_no = fields.Str(required=True)
    name = fields.Str(required=True, allow_none=True)
    address = fields.Str(required=True)
    title = fields.Str(required=True)
    text = fields.Str(required=True)


class PrintedOut(ma.Schema):
    """Letters, and all of them as one HTML page, a sheet each."""

    letters = fields.List(fields.Nested(PrintedLetterOut), required=True)
    page = fields.Str(required=True)


class LetterPostedOut(ma.Schema):
    """The letters that are marked as posted now."""

    posted = fields.List(fields.Str(), required=True)
