"""Supplements of petitions, as requests and answers."""

import marshmallow as ma
from marshmallow import fields

from intake.schemas.participants import EMAIL, matches
from intake.schemas.petitions import ExternalRefIn
from shared.web.fields import Body, Moment, Part, Text


class SupplementIn(Body):
    """What a petitioner sent afterwards, and by which channel; `email` is who sent it."""

    channel = Text(longest=20, required=True)
    content = Text(longest=50_000, lines=True, required=True)
    email = Text(
        longest=254,
        allow_none=True,
        load_default=None,
        validate=matches(EMAIL, "不是电子邮箱地址。", "Not an e-mail address."),
    )
    received_at = Moment(allow_none=True, load_default=None)
    external_ref = Part(ExternalRefIn, allow_none=True, load_default=None)


class SupplementedOut(ma.Schema):
    """The supplement as filed."""

    petition_id = fields.Str(required=True)
    supplement_id = fields.Str(required=True)
