"""Erasing petitioners and holding them back from it, as requests and answers."""

import marshmallow as ma
from marshmallow import fields

from shared.web.fields import Body, Text


class ReasonIn(Body):
    """Why it is decided so; it is written down."""

    reason = Text(longest=500, shortest=2, required=True)


class KeptOut(ma.Schema):
    """Whether a petition's petitioner is erased, or held back from it."""

    petition_id = fields.Str(required=True)
    erased_at = fields.AwareDateTime(required=True, allow_none=True)
    on_hold = fields.Bool(required=True)
