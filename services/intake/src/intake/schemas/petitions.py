"""Petitions, their petitioners and progress, as requests and answers."""

import re

import marshmallow as ma
from marshmallow import fields

from intake.domain.registration import CLAIMS, PURPOSES
from shared.errors import both
from shared.web.fields import Body, Code, Flag, Moment, Part, Text

_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{3,28}[0-9]\Z", re.ASCII)
_ID_NUMBER = re.compile(r"[0-9A-Za-z()-]{6,30}\Z", re.ASCII)
UNIT = re.compile(r"[a-z][a-z0-9_-]{1,49}\Z")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+\Z")


def matches(pattern: re.Pattern[str], zh: str, en: str) -> ma.validate.Validator:
    return ma.validate.Regexp(pattern, error=both(zh, en))


class PetitionerIn(Body):
    """Who brings the matter in; everything may be left out (anonymous)."""

    name = Text(longest=100, allow_none=True, load_default=None)
    phone = Text(
        longest=30,
        allow_none=True,
        load_default=None,
        validate=matches(_PHONE, "不是电话号码。", "Not a phone number."),
    )
    id_number = Text(
        longest=30,
        allow_none=True,
        load_default=None,
        validate=matches(_ID_NUMBER, "不是证件号码。", "Not an ID number."),
    )
    address = Text(longest=300, allow_none=True, load_default=None)
    email = Text(
        longest=254,
        allow_none=True,
        load_default=None,
        validate=matches(EMAIL, "不是电子邮箱地址。", "Not an e-mail address."),
    )


class ExternalRefIn(Body):
    """The number the matter has in the system it comes from."""

    system = Text(longest=50, required=True)
    id = Text(longest=200, required=True)


class PublicPetitionIn(Body):
    """A matter brought in by a citizen without an account.

    `addressee` is the code of the unit at which it is handed in, such as the one whose mailbox
    (政府信箱) it was posted to; routing decides what that means (T22 Art.23(1)(2)).
    """

    channel = Text(longest=20, required=True)
    title = Text(longest=200, required=True)
    content = Text(longest=50_000, lines=True, required=True)
    petitioner = Part(PetitionerIn, allow_none=True, load_default=None)
    place = Text(longest=300, allow_none=True, load_default=None)
    purpose = Code(tuple(PURPOSES), load_default="petition")
    secrecy = Flag(load_default=False)
    addressee = Text(
        longest=50,
        allow_none=True,
        load_default=None,
        validate=matches(UNIT, "不是单位代码。", "Not the code of a unit."),
    )


class PetitionIn(PublicPetitionIn):
    """A matter as any channel posts it; `at` is the registration time of imported history."""

    received_at = Moment(allow_none=True, load_default=None)
    external_ref = Part(ExternalRefIn, allow_none=True, load_default=None)
    at = Moment(allow_none=True, load_default=None)


class Registered(ma.Schema):
    """The receipt; the query code is shown this once."""

    petition_id = fields.Str(required=True)
    petition_no = fields.Str(required=True)
    query_code = fields.Str(required=True)


class QueryCodeIn(Body):
    """The code from the receipt."""

    query_code = Text(longest=40, required=True)


class SessionOut(ma.Schema):
    """A token for one petition; seconds it lasts."""

    token = fields.Str(required=True)
    expires_in = fields.Int(required=True)


class StageOut(ma.Schema):
    """One stage in plain words."""

    stage = fields.Str(required=True)
    at = fields.AwareDateTime(required=True)
    text = fields.Str(required=True)


class ProgressOut(ma.Schema):
    """How far a petition has come."""

    petition_no = fields.Str(required=True)
    state = fields.Str(required=True, metadata={"description": "a vocabulary that grows"})
    state_name = fields.Str(required=True)
    stages = fields.List(fields.Nested(StageOut), required=True)


class PetitionerOut(ma.Schema):
    """A petitioner, masked unless a purpose was stated."""

    name = fields.Str(allow_none=True)
    phone = fields.Str(allow_none=True)
    id_number = fields.Str(allow_none=True)
    address = fields.Str(allow_none=True)
    email = fields.Str(allow_none=True)


class SupplementOut(ma.Schema):
    """What the petitioner sent afterwards, and by which channel; masked as the petition is."""

    supplement_id = fields.Str()
    channel = fields.Str()
    content = fields.Str()
    email = fields.Str(allow_none=True)
    received_at = fields.AwareDateTime()
    registered_at = fields.AwareDateTime()


class PetitionOut(ma.Schema):
    """A petition as received, and what was sent afterwards, oldest first."""

    petition_id = fields.Str()
    petition_no = fields.Str()
    channel = fields.Str()
    title = fields.Str()
    content = fields.Str()
    place = fields.Str(allow_none=True)
    purpose = fields.Str()
    addressee = fields.Str(allow_none=True)
    secret = fields.Bool()
    received_at = fields.AwareDateTime()
    registered_at = fields.AwareDateTime()
    masked = fields.Bool()
    petitioner = fields.Nested(PetitionerOut, allow_none=True)
    supplements = fields.List(fields.Nested(SupplementOut))


class UnmaskIn(Body):
    """Why the petitioner's identity is needed; it is written down."""

    purpose = Text(longest=200, shortest=2, required=True)


class ClaimIn(Body):
    """For what the identity is fetched, and for which paper; both are written down."""

    purpose = Code(tuple(CLAIMS), required=True)
    document_id = Text(longest=36, required=True)


class ClaimantOut(ma.Schema):
    """What a paper may say of who brought the matter in."""

    name = fields.Str(required=True, allow_none=True)
    phone = fields.Str(required=True, allow_none=True)
    address = fields.Str(required=True, allow_none=True)
    email = fields.Str(required=True, allow_none=True)


class IdentityOut(ma.Schema):
    """A petition's petitioner; null where nothing at all is known of them."""

    petition_id = fields.Str(required=True)
    petitioner = fields.Nested(ClaimantOut, required=True, allow_none=True)


class CountsOut(ma.Schema):
    """How many petitions were registered."""

    petitions = fields.Int()
