"""Petitions, their petitioners and progress, as requests and answers."""

import re
from typing import Any

import marshmallow as ma
from marshmallow import fields

from intake.domain.location import SYSTEMS
from intake.domain.mailboxes import CODE as MAILBOX
from intake.domain.notices import MEDIA
from intake.domain.participants import AGENTS_MOST, COSIGNERS_MOST, REPRESENTATIVES_MOST
from intake.domain.persons import PURPOSE_KINDS
from intake.domain.registration import AFFECTED_MOST, CLAIMS, PEOPLE_MOST, PROCEEDINGS, PURPOSES
from intake.schemas.participants import (
    AgentIn,
    ParticipantIn,
    ParticipantOut,
    PetitionerIn,
    PetitionerOut,
    matches,
)
from intake.schemas.requests import OpenRequestOut, RequestTold
from shared.errors import both
from shared.web.fields import Body, Code, Flag, Items, Moment, Number, Part, Text, Whole

_WECHAT = re.compile(r"[A-Za-z0-9_-]{6,64}\Z", re.ASCII)
UNIT = re.compile(r"[a-z][a-z0-9_-]{1,49}\Z")


class LocationIn(Body):
    """A point in degrees, and the system that it is in; swapped coordinates are out of range."""

    longitude = Number(least=70, most=140, required=True)
    latitude = Number(least=0, most=56, required=True)
    system = Code(tuple(SYSTEMS), names=SYSTEMS, required=True)


class ExternalRefIn(Body):
    """The number the matter has in the system it comes from."""

    system = Text(longest=50, required=True)
    id = Text(longest=200, required=True)


class NotifyIn(Body):
    """How the petitioner chooses to be told, and whether they consent to be served electronically:
    without it no opinion goes out by mail, and in the secret lane nothing at all."""

    medium = Code(tuple(MEDIA), names=MEDIA, allow_none=True, load_default=None)
    wechat_id = Text(
        longest=64,
        allow_none=True,
        load_default=None,
        validate=matches(_WECHAT, "不是微信用户标识。", "Not the id of a WeChat user."),
    )
    consent_to_electronic_service = Flag(load_default=False)

    @ma.validates_schema
    def check_wechat(self, data: dict[str, Any], **_: Any) -> None:
        """WeChat reaches nobody without the user's id."""
        if data["medium"] == "wechat" and not data["wechat_id"]:
            raise ma.ValidationError(both("选择微信时必填。", "Needed for WeChat."), "wechat_id")


class PublicPetitionIn(Body):
    """A matter brought in by a citizen without an account.

    `addressee` is the code of the unit at which it is handed in, such as the one whose mailbox
    (政府信箱) it was posted to; routing decides what that means (T22 Art.23(1)(2)). `claim` is
    what is asked for, `course` where the matter was brought before and what came of it, `people`
    how many bring it in, and `proceedings` those that have been begun about it. `mailbox` is the
    government mailbox that a letter by the channel `mailbox` is for, whose unit is its addressee;
    `publish_consent` that it may be published with its answer.
    """

    channel = Text(longest=20, required=True)
    title = Text(longest=200, required=True)
    content = Text(longest=50_000, lines=True, required=True)
    claim = Text(longest=2_000, lines=True, allow_none=True, load_default=None)
    course = Text(longest=10_000, lines=True, allow_none=True, load_default=None)
    petitioner = Part(PetitionerIn, allow_none=True, load_default=None)
    agents = Items(fields.Nested(AgentIn), most=AGENTS_MOST, load_default=list)
    representatives = Items(
        fields.Nested(ParticipantIn), most=REPRESENTATIVES_MOST, load_default=list
    )
    cosigners = Items(fields.Nested(ParticipantIn), most=COSIGNERS_MOST, load_default=list)
    people = Whole(least=1, most=PEOPLE_MOST, allow_none=True, load_default=None)
    joint = Flag(allow_none=True, load_default=None)
    place = Text(longest=300, allow_none=True, load_default=None)
    place_code = Text(longest=50, allow_none=True, load_default=None)
    location = Part(LocationIn, allow_none=True, load_default=None)
    proceedings = Items(Code(tuple(PROCEEDINGS), names=PROCEEDINGS), most=10, load_default=list)
    purpose = Code(tuple(PURPOSES), load_default="petition")
    secrecy = Flag(load_default=False)
    addressee = Text(
        longest=50,
        allow_none=True,
        load_default=None,
        validate=matches(UNIT, "不是单位代码。", "Not the code of a unit."),
    )
    mailbox = Text(
        longest=50,
        allow_none=True,
        load_default=None,
        validate=matches(MAILBOX, "不是信箱代码。", "Not the code of a mailbox."),
    )
    publish_consent = Flag(load_default=False)
    notify = Part(NotifyIn, allow_none=True, load_default=None)


class PetitionIn(PublicPetitionIn):
    """A matter as any channel posts it; `at` is the registration time of imported history.

    `affected` is how many the matter touches, `threat` that something was threatened (扬言), and
    `litigation` that it is a matter of litigation (涉法涉诉).
    """

    affected = Whole(least=1, most=AFFECTED_MOST, allow_none=True, load_default=None)
    urgent = Flag(load_default=False)
    threat = Flag(load_default=False)
    litigation = Flag(load_default=False)
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


class ChoiceOut(ma.Schema):
    """How a petitioner chose to be served, and whether they consent to electronic service."""

    medium = fields.Str(required=True, allow_none=True)
    medium_name = fields.Str(required=True, allow_none=True)
    consent_to_electronic_service = fields.Bool(required=True)
    channel = fields.Str(required=True, allow_none=True)
    at = fields.AwareDateTime(required=True, allow_none=True)


class StageOut(ma.Schema):
    """One stage in plain words."""

    stage = fields.Str(required=True)
    at = fields.AwareDateTime(required=True)
    text = fields.Str(required=True)


class ProgressOut(ma.Schema):
    """How far a petition has come, what became of requests, what may be asked for now, and how its
    petitioner chose to be served."""

    petition_no = fields.Str(required=True)
    state = fields.Str(required=True, metadata={"description": "a vocabulary that grows"})
    state_name = fields.Str(required=True)
    answer_by = fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "the last day for an answer (T22 Art.34), while one is owed"},
    )
    stages = fields.List(fields.Nested(StageOut), required=True)
    requests = fields.List(fields.Nested(RequestTold), required=True)
    open_requests = fields.List(fields.Nested(OpenRequestOut), required=True)
    choice = fields.Nested(ChoiceOut, required=True)


class LocationOut(ma.Schema):
    """A point as WGS-84, in degrees; `system` is the one in which it was given."""

    longitude = fields.Float()
    latitude = fields.Float()
    system = fields.Str()


class SupplementOut(ma.Schema):
    """What the petitioner sent afterwards, and by which channel; masked as the petition is."""

    supplement_id = fields.Str()
    channel = fields.Str()
    content = fields.Str()
    email = fields.Str(allow_none=True)
    received_at = fields.AwareDateTime()
    registered_at = fields.AwareDateTime()


class PetitionOut(ma.Schema):
    """A petition as received."""

    petition_id = fields.Str()
    petition_no = fields.Str()
    channel = fields.Str()
    title = fields.Str()
    content = fields.Str()
    claim = fields.Str(allow_none=True)
    course = fields.Str(allow_none=True)
    place = fields.Str(allow_none=True)
    place_code = fields.Str(allow_none=True)
    location = fields.Nested(LocationOut, allow_none=True)
    people = fields.Int()
    affected = fields.Int(allow_none=True)
    joint = fields.Bool()
    anonymous = fields.Bool()
    urgent = fields.Bool()
    threat = fields.Bool()
    litigation = fields.Bool()
    proceedings = fields.List(fields.Str())
    purpose = fields.Str()
    addressee = fields.Str(allow_none=True)
    mailbox = fields.Str(allow_none=True)
    publish_consent = fields.Bool()
    secret = fields.Bool()
    received_at = fields.AwareDateTime()
    registered_at = fields.AwareDateTime()
    masked = fields.Bool()
    petitioner = fields.Nested(PetitionerOut, allow_none=True)
    participants = fields.List(fields.Nested(ParticipantOut))
    supplements = fields.List(fields.Nested(SupplementOut))


class UnmaskIn(Body):
    """Why the petitioner's identity is needed; it is written down."""

    purpose_kind = Code(tuple(PURPOSE_KINDS), names=PURPOSE_KINDS, load_default="other")
    purpose = Text(longest=200, shortest=2, required=True)


class ClaimIn(Body):
    """For what the identity is fetched, and for which paper; both are written down."""

    purpose = Code(tuple(CLAIMS), required=True)
    document_id = Text(longest=36, required=True)


class NumberedOut(ma.Schema):
    """Which petition has a number; nothing of what it says."""

    petition_id = fields.Str()
    petition_no = fields.Str()


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
