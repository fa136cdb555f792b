"""The list of what could not be read, as requests and answers."""

import marshmallow as ma
from marshmallow import fields

from shared.web.fields import Body, Code, PageQuery, Text


class UnreadQuery(PageQuery):
    """Those that wait for somebody, those that were dealt with, or all."""

    state = Code(("open", "dealt", "all"), load_default="open")


class UnreadDetailOut(ma.Schema):
    """One reason in words, and what it is about, such as the second attachment."""

    about = fields.Str(required=True)
    reason = fields.Str(required=True)


class UnreadOut(ma.Schema):
    """A message that could not be read; `source` is where it came in, such as a mailbox."""

    unread_id = fields.Str(required=True)
    channel = fields.Str(required=True)
    source = fields.Str(required=True)
    reason = fields.Str(required=True, metadata={"description": "a vocabulary that grows"})
    reason_name = fields.Str(required=True)
    details = fields.List(fields.Nested(UnreadDetailOut), required=True)
    petition_id = fields.Str(
        required=True,
        allow_none=True,
        metadata={"description": "the petition that was registered of what could be read"},
    )
    bytes = fields.Int(required=True)
    received_at = fields.AwareDateTime(required=True)
    parked_at = fields.AwareDateTime(required=True)
    dealt_at = fields.AwareDateTime(required=True, allow_none=True)
    dealt_by = fields.Str(required=True, allow_none=True)
    note = fields.Str(required=True, allow_none=True)


class UnreadListOut(ma.Schema):
    """A page of the list, oldest first."""

    items = fields.List(fields.Nested(UnreadOut), required=True)
    next_cursor = fields.Str(required=True, allow_none=True)


class OriginalIn(Body):
    """Why the original is needed; it is written down."""

    purpose = Text(longest=200, shortest=2, required=True)


class OriginalOut(ma.Schema):
    """A message as it came in, byte for byte."""

    unread_id = fields.Str(required=True)
    media_type = fields.Str(required=True)
    base64 = fields.Str(required=True)


class DealtIn(Body):
    """What was done about it, such as the number under which it was registered by hand."""

    note = Text(longest=500, shortest=2, required=True)
