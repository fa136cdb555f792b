"""Attachments, as requests and answers."""

import marshmallow as ma
from marshmallow import fields

from shared.web.fields import Body, Text


class AttachmentOut(ma.Schema):
    """A file that is attached; `size` in bytes, of what is kept of it."""

    attachment_id = fields.Str(required=True)
    name = fields.Str(required=True)
    media_type = fields.Str(required=True)
    size = fields.Int(required=True)


class ListedAttachmentOut(AttachmentOut):
    """A file that is attached, its name masked as the petition's words are."""

    added_at = fields.AwareDateTime(required=True)


class AttachmentsOut(ma.Schema):
    """What is attached to a petition, oldest first."""

    petition_id = fields.Str(required=True)
    items = fields.List(fields.Nested(ListedAttachmentOut), required=True)


class LinkIn(Body):
    """Why the attachment is opened; it is written down."""

    may_be_left_out = True

    purpose = Text(longest=200, shortest=2, allow_none=True, load_default=None)


class LinkOut(ma.Schema):
    """A link below this service's own address; seconds it lasts."""

    url = fields.Str(required=True)
    expires_in = fields.Int(required=True)
