"""Petitions that are alike and matters, as requests and answers."""

import marshmallow as ma
from marshmallow import fields

from intake.domain.sameness import KINDS, SAME
from intake.schemas.participants import is_id_number, is_phone
from shared.web.fields import Body, Code, Query, Text, Whole

LINKED_MOST = 200
_GROWS = {"description": "a vocabulary that grows"}


class SimilarQuery(Query):
    """How many petitions to answer at most."""

    limit = Whole(least=1, most=200, load_default=10)


class TypedIn(Body):
    """What is being typed of a petition, in the body since addresses are written into logs."""

    title = Text(longest=200, shortest=0, allow_none=True, load_default=None)
    content = Text(longest=50_000, shortest=0, lines=True, allow_none=True, load_default=None)
    place = Text(longest=300, shortest=0, allow_none=True, load_default=None)
    phone = Text(longest=30, allow_none=True, load_default=None, validate=is_phone)
    id_number = Text(longest=30, allow_none=True, load_default=None, validate=is_id_number)
    limit = Whole(least=1, most=50, load_default=5)


class BriefOut(ma.Schema):
    """A petition in a list; its title is masked."""

    petition_id = fields.Str(required=True)
    petition_no = fields.Str(required=True)
    channel = fields.Str(required=True, metadata=_GROWS)
    addressee = fields.Str(required=True, allow_none=True)
    title = fields.Str(required=True)
    registered_at = fields.AwareDateTime(required=True)
    matter_id = fields.Str(required=True, allow_none=True)


class JudgedOut(ma.Schema):
    """What two petitions are together: `score` from 0 to 1, `reasons` for whoever decides."""

    kind = fields.Str(required=True, metadata=_GROWS)
    kind_name = fields.Str(required=True)
    score = fields.Float(required=True)
    reasons = fields.List(fields.Str(), required=True)


class CandidateOut(BriefOut, JudgedOut):
    """A petition that may be about the same matter."""


class SimilarOut(ma.Schema):
    """The matter that a petition is in, and the petitions that are like it, the likest first."""

    petition_id = fields.Str(required=True)
    matter_id = fields.Str(required=True, allow_none=True)
    items = fields.List(fields.Nested(CandidateOut), required=True)


class SimilarToTypedOut(ma.Schema):
    """Petitions that are like what is being typed, the likest first."""

    items = fields.List(fields.Nested(CandidateOut), required=True)


class NotSameIn(Body):
    """Of which other petition this one is not the same matter, and why."""

    other_id = Text(longest=36, required=True)
    reason = Text(longest=500, shortest=2, required=True)


class NotSameOut(ma.Schema):
    """A pair that is proposed no more."""

    petition_id = fields.Str(required=True)
    other_id = fields.Str(required=True)
    state = fields.Str(required=True, metadata=_GROWS)


class ProposalOut(JudgedOut):
    """Two petitions of which somebody is to say whether they are one matter, the later first."""

    petition = fields.Nested(BriefOut, required=True)
    other = fields.Nested(BriefOut, required=True)
    made_at = fields.AwareDateTime(required=True)


class ProposalsOut(ma.Schema):
    """A page of what was proposed, the newest first."""

    items = fields.List(fields.Nested(ProposalOut), required=True)
    next_cursor = fields.Str(required=True, allow_none=True)


def _petition_ids(least: int) -> fields.List:
    return fields.List(
        Text(longest=36), required=True, validate=ma.validate.Length(least, LINKED_MOST)
    )


class MatterLinkIn(Body):
    """Petitions that are one matter; the matters that they are in become one."""

    petition_ids = _petition_ids(2)
    kind = Code(tuple(KINDS), names=KINDS, load_default=SAME)
    reason = Text(longest=500, shortest=2, required=True)


class ReleaseIn(Body):
    """Petitions that are no part of the matter, and why."""

    petition_ids = _petition_ids(1)
    reason = Text(longest=500, shortest=2, required=True)


class UnmergeIn(Body):
    """Why a decision is undone; the newest that holds where `decision` names none."""

    decision = Whole(least=1, most=2**53, allow_none=True, load_default=None)
    reason = Text(longest=500, shortest=2, required=True)


class FirstOut(ma.Schema):
    """Whether it is the person's first petition about the matter (初次) in each scope."""

    ever = fields.Bool(required=True)
    channel = fields.Bool(required=True)
    addressee = fields.Bool(required=True)


class MemberOut(BriefOut):
    """A petition of a matter."""

    first = fields.Nested(FirstOut, required=True)


class DecisionOut(ma.Schema):
    """Who put which petitions together or apart, when and why."""

    decision = fields.Int(required=True)
    action = fields.Str(required=True, metadata=_GROWS)
    action_name = fields.Str(required=True)
    by = fields.Str(required=True)
    at = fields.AwareDateTime(required=True)
    reason = fields.Str(required=True)
    undoes = fields.Int(required=True, allow_none=True)
    petition_ids = fields.List(fields.Str(), required=True)


class MatterOut(ma.Schema):
    """A matter; `letters`, `people` and `unidentified` count what the caller may see."""

    matter_id = fields.Str(required=True)
    kind = fields.Str(required=True, metadata=_GROWS)
    kind_name = fields.Str(required=True)
    opened_at = fields.AwareDateTime(required=True)
    letters = fields.Int(required=True)
    people = fields.Int(required=True)
    unidentified = fields.Int(required=True)
    petitions = fields.List(fields.Nested(MemberOut), required=True)
    decisions = fields.List(fields.Nested(DecisionOut), required=True)


class MembershipOut(ma.Schema):
    """The matter that a petition is in now, null for none."""

    petition_id = fields.Str(required=True)
    matter_id = fields.Str(required=True, allow_none=True)


class MembershipsOut(ma.Schema):
    """Where petitions are after a decision."""

    items = fields.List(fields.Nested(MembershipOut), required=True)
