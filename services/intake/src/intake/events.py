"""Events intake emits."""

import marshmallow as ma
from marshmallow import fields

from shared.contracts import Events

events = Events("intake")


@events.type("petition.registered.v1")
class PetitionRegistered(ma.Schema):
    """A petition was received and registered (T22 Art.22). Carries no text and no person."""

    petition_id = fields.Str(required=True)
    petition_no = fields.Str(required=True)
    channel = fields.Str(required=True)
    purpose = fields.Str(required=True)
    secret = fields.Bool(required=True)
    received_at = fields.AwareDateTime(required=True)
    registered_at = fields.AwareDateTime(required=True)
    addressee = fields.Str(
        allow_none=True,
        metadata={"description": "the unit at which it was handed in; never in the secret lane"},
    )
    place_code = fields.Str(
        allow_none=True,
        metadata={"description": "where the matter is, of the gazetteer; never in the secret lane"},
    )
    people = fields.Int(
        metadata={"description": "how many bring it in; like the flags not told of secret ones"}
    )
    joint = fields.Bool()
    anonymous = fields.Bool()
    urgent = fields.Bool()
    threat = fields.Bool()
    litigation = fields.Bool()
    suspected = fields.Bool(
        metadata={"description": "secret only because its words may be an accusation"}
    )


@events.type("petition.erased.v1")
class PetitionErased(ma.Schema):
    """Who brought a petition in, and its words, were erased, and every service forgets its words
    (TPI Art.47). It stays so, whatever comes later; `basis` is a vocabulary that grows."""

    petition_id = fields.Str(required=True)
    case_ids = fields.List(
        fields.Str(),
        required=True,
        metadata={"description": "every case that has had its words"},
    )
    at = fields.AwareDateTime(required=True)
    basis = fields.Str(required=True)


@events.type("petition.text.v1", only=("routing",))
class PetitionText(ma.Schema):
    """A petition's words with phone and ID numbers, e-mail addresses and the petitioner's name
    masked. Only routing hears it; never emitted in the secret lane (T22 Art.30)."""

    petition_id = fields.Str(required=True)
    title = fields.Str(required=True)
    content = fields.Str(required=True)
    place = fields.Str(required=True, allow_none=True)


@events.type("petition.cleared.v1", only=("routing",))
class PetitionCleared(ma.Schema):
    """What was suspected to be an accusation is none: it leaves the secret lane."""

    petition_id = fields.Str(required=True)
    cleared_at = fields.AwareDateTime(required=True)


class Words(ma.Schema):
    """A petition's words, masked as in petition.text."""

    title = fields.Str(required=True)
    content = fields.Str(required=True)
    place = fields.Str(required=True, allow_none=True)


@events.type("petition.corrected.v1", only=("routing",))
class PetitionCorrected(ma.Schema):
    """A registration was corrected (P-GC22 Art.4): its words as they were told and as they are."""

    petition_id = fields.Str(required=True)
    corrected_at = fields.AwareDateTime(required=True)
    before = fields.Nested(
        Words, required=True, allow_none=True, metadata={"description": "null in the secret lane"}
    )
    after = fields.Nested(
        Words, required=True, allow_none=True, metadata={"description": "null in the secret lane"}
    )


@events.type("petition.voided.v1", only=("routing",))
class PetitionVoided(ma.Schema):
    """A petition should not have been registered: it is void, and its number stays unused."""

    petition_id = fields.Str(required=True)
    voided_at = fields.AwareDateTime(required=True)


class PetitionRequest(ma.Schema):
    """Something was asked of a petition, proved by a phone code or a signed paper (`proof`)."""

    petition_id = fields.Str(required=True)
    request_id = fields.Str(required=True)
    proof = fields.Str(required=True)
    received_on = fields.Date(required=True)
    requested_at = fields.AwareDateTime(required=True)


@events.type("petition.withdrawal_requested.v1", only=("routing",))
class PetitionWithdrawalRequested(PetitionRequest):
    """The petitioner withdraws the petition. Carries no text: the words stay in intake."""


@events.type("petition.review_requested.v1", only=("routing",))
class PetitionReviewRequested(PetitionRequest):
    """The petitioner applies for review or re-review (T22 Arts.35, 36). Carries no text."""

    level = fields.Str(required=True)
    case_id = fields.Str(
        required=True,
        allow_none=True,
        metadata={"description": "whose opinion it is; null where no case can be reviewed now"},
    )
    mailed_on = fields.Date(required=True, allow_none=True)


@events.type("petition.supplemented.v1", only=("routing",))
class PetitionSupplemented(ma.Schema):
    """Something was sent afterwards for a petition; who handles it reads it at intake."""

    petition_id = fields.Str(required=True)
    supplement_id = fields.Str(required=True)
    received_on = fields.Date(required=True)
    supplemented_at = fields.AwareDateTime(required=True)
