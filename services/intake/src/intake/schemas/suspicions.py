"""Petitions that may be accusations, as requests and answers."""

import marshmallow as ma
from marshmallow import fields

from intake.domain.suspicion import DECISIONS
from shared.web.fields import Body, Code, Text


class SuspicionDecisionIn(Body):
    """Whether a suspected petition is an accusation, and why; it is written down."""

    decision = Code(tuple(DECISIONS), names=DECISIONS, required=True)
    reason = Text(longest=500, shortest=2, required=True)


class SuspicionDecisionOut(ma.Schema):
    """What was decided."""

    petition_id = fields.Str(required=True)
    decision = fields.Str(required=True)
    reason = fields.Str(required=True)
    decided_by = fields.Str(required=True)
    decided_at = fields.AwareDateTime(required=True)


class SuspicionOut(ma.Schema):
    """A petition that waits; `words` are what made it suspect, `found_by` rules or model."""

    petition_id = fields.Str(required=True)
    petition_no = fields.Str(required=True)
    channel = fields.Str(required=True)
    received_at = fields.AwareDateTime(required=True)
    found_at = fields.AwareDateTime(required=True)
    words = fields.List(fields.Str(), required=True)
    found_by = fields.Str(required=True)
    found_by_name = fields.Str(required=True)


class SuspicionsOut(ma.Schema):
    """A page of petitions that wait, the oldest first."""

    items = fields.List(fields.Nested(SuspicionOut), required=True)
    next_cursor = fields.Str(required=True, allow_none=True)
