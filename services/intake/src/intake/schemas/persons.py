"""Persons across channels, as requests and answers."""

from typing import Any

import marshmallow as ma
from marshmallow import fields

from intake.domain.persons import PURPOSE_KINDS
from intake.schemas.participants import is_id_number, is_phone
from shared.errors import both
from shared.web.fields import Body, Code, PageQuery, Text, Whole


class SearchIn(Body):
    """A person's number as it was given, and why they are looked for; all of it in the body,
    since addresses are written into logs. Of a person with both numbers either one is enough.
    """

    phone = Text(longest=30, allow_none=True, load_default=None, validate=is_phone)
    id_number = Text(longest=30, allow_none=True, load_default=None, validate=is_id_number)
    purpose_kind = Code(tuple(PURPOSE_KINDS), names=PURPOSE_KINDS, load_default="other")
    purpose = Text(longest=200, shortest=2, required=True)
    limit = Whole(least=1, most=200, load_default=50)
    cursor = Text(longest=500, allow_none=True, load_default=None)

    @ma.validates_schema
    def _needs_a_number(self, data: dict[str, Any], **_: Any) -> None:
        if not data["phone"] and not data["id_number"]:
            needed = both("请填写电话或证件号码。", "A phone or an ID number is needed.")
            raise ma.ValidationError({"phone": [needed]})


class HistoryQuery(PageQuery):
    """A page of what the same person brought in besides."""


class PersonPetitionOut(ma.Schema):
    """A petition of a person, its petitioner and words masked."""

    petition_id = fields.Str(required=True)
    petition_no = fields.Str(required=True)
    channel = fields.Str(required=True)
    title = fields.Str(required=True)
    purpose = fields.Str(required=True)
    secret = fields.Bool(required=True)
    received_at = fields.AwareDateTime(required=True)
    registered_at = fields.AwareDateTime(required=True)
    same = fields.List(
        fields.Str(),
        required=True,
        metadata={"description": "which numbers are the same: phone, id_number"},
    )
    name = fields.Str(required=True, allow_none=True)
    phone = fields.Str(required=True, allow_none=True)
    id_number = fields.Str(required=True, allow_none=True)


class PersonPetitionsOut(ma.Schema):
    """Petitions of one person that the caller may see, oldest first."""

    items = fields.List(fields.Nested(PersonPetitionOut), required=True)
    next_cursor = fields.Str(required=True, allow_none=True)
