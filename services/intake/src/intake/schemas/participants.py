"""The petitioner and those beside them, as requests and answers."""

import re
import unicodedata
from collections.abc import Callable

import marshmallow as ma
from marshmallow import fields

from intake.domain.participants import RELATIONS
from shared.errors import both
from shared.web.fields import Body, Code, Day, Part, Text

_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{3,28}[0-9]\Z", re.ASCII)
_ID_NUMBER = re.compile(r"[0-9A-Za-z()-]{6,30}\Z", re.ASCII)
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+\Z")


def matches(pattern: re.Pattern[str], zh: str, en: str) -> ma.validate.Validator:
    """A validator whose refusal is a sentence in both languages."""
    return ma.validate.Regexp(pattern, error=both(zh, en))


def _is_number(pattern: re.Pattern[str], zh: str, en: str) -> Callable[[str], None]:
    """Checks a number that may be written in full-width characters."""

    def check(written: str) -> None:
        if not pattern.match(unicodedata.normalize("NFKC", written)):
            raise ma.ValidationError(both(zh, en))

    return check


is_phone = _is_number(_PHONE, "不是电话号码。", "Not a phone number.")
is_id_number = _is_number(_ID_NUMBER, "不是证件号码。", "Not an ID number.")


class PetitionerIn(Body):
    """Who brings the matter in; everything may be left out (anonymous)."""

    name = Text(longest=100, allow_none=True, load_default=None)
    phone = Text(longest=30, allow_none=True, load_default=None, validate=is_phone)
    id_number = Text(longest=30, allow_none=True, load_default=None, validate=is_id_number)
    address = Text(longest=300, allow_none=True, load_default=None)
    email = Text(
        longest=254,
        allow_none=True,
        load_default=None,
        validate=matches(EMAIL, "不是电子邮箱地址。", "Not an e-mail address."),
    )


class ParticipantIn(PetitionerIn):
    """Somebody beside the petitioner, who has a name."""

    name = Text(longest=100, required=True)


class AuthorisationIn(Body):
    """The petitioner's written authorisation: when signed, until when, for what."""

    signed_on = Day(required=True)
    until = Day(allow_none=True, load_default=None)
    scope = Text(longest=200, allow_none=True, load_default=None)

    @ma.validates_schema
    def _in_order(self, data: dict, **_kwargs: object) -> None:
        if data.get("until") and data.get("signed_on") and data["until"] < data["signed_on"]:
            wrong = both("不能早于签署日期。", "Not before the day it was signed.")
            raise ma.ValidationError({"until": [wrong]})


class AgentIn(ParticipantIn):
    """Who acts for the petitioner (TSD 28); registered without authorisation too, and shown so."""

    relation = Code(tuple(RELATIONS), names=RELATIONS, required=True)
    authorisation = Part(AuthorisationIn, allow_none=True, load_default=None)


class PetitionerOut(ma.Schema):
    """A petitioner, masked unless a purpose was stated."""

    name = fields.Str(allow_none=True)
    phone = fields.Str(allow_none=True)
    id_number = fields.Str(allow_none=True)
    address = fields.Str(allow_none=True)
    email = fields.Str(allow_none=True)


class ParticipantOut(PetitionerOut):
    """Somebody beside the petitioner; `authorised` of an agent whose authorisation holds today."""

    part = fields.Str(metadata={"description": "a vocabulary that grows"})
    part_name = fields.Str()
    relation = fields.Str(allow_none=True)
    relation_name = fields.Str(allow_none=True)
    signed_on = fields.Date(allow_none=True)
    until = fields.Date(allow_none=True)
    scope = fields.Str(allow_none=True)
    authorised = fields.Bool(allow_none=True)
