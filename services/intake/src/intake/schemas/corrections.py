"""Corrections and voidings of registrations, as requests and answers."""

import copy

import marshmallow as ma
from marshmallow import fields

from intake.domain.correction import CORRECTABLE
from intake.schemas.petitions import PetitionIn
from shared.web.fields import Body, Part, Text


def _if_sent(name: str) -> fields.Field:
    """A field of a petition that stays as it is where it is not sent."""
    field = copy.copy(PetitionIn().fields[name])
    field.required = False
    field.load_default = ma.missing
    return field


ChangesIn = Body.from_dict({name: _if_sent(name) for name in CORRECTABLE}, name="ChangesIn")


class CorrectionIn(Body):
    """What a registration should have said, and why it did not; lists are replaced whole."""

    changes = Part(ChangesIn, required=True)
    reason = Text(longest=500, shortest=2, required=True)


class CorrectionOut(ma.Schema):
    """What was corrected; what stood there before is kept and not shown."""

    correction_id = fields.Str(required=True)
    fields_ = fields.List(fields.Str(), required=True, data_key="fields", attribute="fields")
    reason = fields.Str(required=True)
    corrected_by = fields.Str(required=True)
    corrected_at = fields.AwareDateTime(required=True)


class VoidIn(Body):
    """Why a petition should not have been registered, and the number of the right one."""

    reason = Text(longest=500, shortest=2, required=True)
    instead = Text(longest=20, allow_none=True, load_default=None)


class VoidOut(ma.Schema):
    """That a petition is void."""

    reason = fields.Str(required=True)
    instead = fields.Str(required=True, allow_none=True)
    voided_by = fields.Str(required=True)
    voided_at = fields.AwareDateTime(required=True)


class CorrectionsOut(ma.Schema):
    """All corrections of a petition, the oldest first, and whether it is void."""

    items = fields.List(fields.Nested(CorrectionOut), required=True)
    void = fields.Nested(VoidOut, required=True, allow_none=True)
