"""Requests of petitioners, as staff read them and answer those that wait."""

import marshmallow as ma
from marshmallow import fields

from shared.web.fields import Body, Text


class RequestDeclineIn(Body):
    """Why a request is declined, for the file."""

    reason = Text(longest=4_000, shortest=2, lines=True, required=True)


class PetitionerRequestOut(ma.Schema):
    """What a petitioner asked for and what became of it; the words are read at intake."""

    request_id = fields.Str(required=True)
    petition_id = fields.Str(required=True)
    case_id = fields.Str(required=True)
    kind = fields.Str(required=True)
    kind_name = fields.Str(required=True)
    proof = fields.Str(required=True, allow_none=True)
    received_on = fields.Date(required=True)
    mailed_on = fields.Date(required=True, allow_none=True)
    requested_at = fields.AwareDateTime(required=True)
    state = fields.Str(required=True)
    state_name = fields.Str(required=True)
    reason = fields.Str(required=True, allow_none=True)
    reason_name = fields.Str(required=True, allow_none=True)
    note = fields.Str(required=True, allow_none=True)
    answered_at = fields.AwareDateTime(required=True)
    answered_by = fields.Str(required=True)


class PetitionerRequestsOut(ma.Schema):
    """What petitioners asked for in a case, oldest first."""

    items = fields.List(fields.Nested(PetitionerRequestOut), required=True)
