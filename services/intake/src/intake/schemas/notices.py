"""Notices to petitioners, as requests and answers."""

import marshmallow as ma
from marshmallow import fields


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
    """The notices of a petition, oldest first."""

    items = fields.List(fields.Nested(NoticeOut), required=True)
