"""Entries of the audit chain, as requests and answers."""

import marshmallow as ma
from marshmallow import fields

from intake.schemas.participants import is_id_number, is_phone
from shared.web.fields import Body, Day, Items, Text, Whole


class AuditIn(Body):
    """Which entries are asked for; all of it in the body, since addresses are written into logs.

    Of a person with both numbers either one is enough. Days are those of the office, both included.
    """

    phone = Text(longest=30, allow_none=True, load_default=None, validate=is_phone)
    id_number = Text(longest=30, allow_none=True, load_default=None, validate=is_id_number)
    petition_ids = Items(Text(longest=36), most=200, load_default=list)
    who = Items(Text(longest=100), most=50, load_default=list)
    acts = Items(Text(longest=20), most=50, load_default=list)
    since = Day(allow_none=True, load_default=None)
    until = Day(allow_none=True, load_default=None)
    limit = Whole(least=1, most=200, load_default=50)
    cursor = Text(longest=500, allow_none=True, load_default=None)


class AuditEntryOut(ma.Schema):
    """An entry; `shown` is how many petitions a search or a history showed. Numbers that somebody
    typed into a purpose are masked."""

    seq = fields.Int(required=True)
    at = fields.AwareDateTime(required=True)
    who = fields.Str(required=True)
    act = fields.Str(required=True, metadata={"description": "a vocabulary that grows"})
    act_name = fields.Str(required=True)
    refused = fields.Bool(required=True)
    petition_id = fields.Str(required=True, allow_none=True)
    petition_no = fields.Str(required=True, allow_none=True)
    document_id = fields.Str(required=True, allow_none=True)
    purpose_kind = fields.Str(
        required=True, allow_none=True, metadata={"description": "a vocabulary that grows"}
    )
    purpose_kind_name = fields.Str(required=True, allow_none=True)
    purpose = fields.Str(required=True, allow_none=True)
    shown = fields.Int(required=True, allow_none=True)


class AuditEntriesOut(ma.Schema):
    """A page of entries, newest first."""

    items = fields.List(fields.Nested(AuditEntryOut), required=True)
    next_cursor = fields.Str(required=True, allow_none=True)
