"""Events satisfaction emits."""

import marshmallow as ma
from marshmallow import fields

from shared.contracts import Events

events = Events("satisfaction")


@events.type("evaluation.invited.v1")
class EvaluationInvited(ma.Schema):
    """A petitioner may now evaluate `object`; ids only, and never for history.

    Subject: the case. `object` is petition_office or handling_unit.
    """

    evaluation_id = fields.Str(required=True)
    petition_id = fields.Str(required=True)
    case_id = fields.Str(required=True)
    object = fields.Str(required=True)


@events.type("evaluation.recorded.v1", optional=True)
class EvaluationRecorded(ma.Schema):
    """A petitioner has evaluated `object`; the comment stays here.

    Subject: the case. `grade` is satisfied, basically_satisfied or dissatisfied; `simulated` is
    true when no person gave it.
    """

    evaluation_id = fields.Str(required=True)
    petition_id = fields.Str(required=True)
    case_id = fields.Str(required=True)
    object = fields.Str(required=True)
    unit = fields.Str(required=True)
    grade = fields.Str(required=True)
    simulated = fields.Bool(required=True)
