"""HTTP requests and answers of satisfaction."""

import marshmallow as ma
from marshmallow import fields

from satisfaction.domain import GRADES, OBJECTS
from shared.web.fields import Body, Code, Day, Flag, Moment, PageQuery, Query, Text

LONGEST_COMMENT = 2_000


class EvaluationIn(Body):
    """A petitioner's evaluation of one object."""

    object = Code(OBJECTS, required=True)
    grade = Code(GRADES, required=True)
    comment = Text(
        longest=LONGEST_COMMENT, shortest=0, lines=True, load_default=None, allow_none=True
    )


class ImportedEvaluationIn(EvaluationIn):
    """An evaluation given in the past; `simulated` when no person gave it."""

    petition_id = Text(longest=100, required=True)
    at = Moment(required=True)
    simulated = Flag(required=True)


class EvaluationQuery(PageQuery):
    """Whose evaluations."""

    petition_id = Text(longest=100, required=True)


class EvaluationOut(ma.Schema):
    """An evaluation; the comment has phone and ID numbers starred out."""

    evaluation_id = fields.Str()
    petition_id = fields.Str()
    case_id = fields.Str()
    object = fields.Str()
    unit = fields.Str()
    state = fields.Str()
    grade = fields.Str(allow_none=True)
    comment = fields.Str(allow_none=True)
    opened_at = fields.AwareDateTime()
    recorded_at = fields.AwareDateTime(allow_none=True)
    simulated = fields.Bool()
    historical = fields.Bool()


class EvaluationPage(ma.Schema):
    """A page of evaluations."""

    items = fields.List(fields.Nested(EvaluationOut))
    next_cursor = fields.Str(allow_none=True)


class OwnEvaluationOut(ma.Schema):
    """An evaluation as its petitioner sees it: of which object, open or recorded, and how."""

    object = fields.Str(required=True)
    state = fields.Str(required=True)
    grade = fields.Str(required=True, allow_none=True)
    comment = fields.Str(required=True, allow_none=True)
    opened_at = fields.AwareDateTime(required=True)
    recorded_at = fields.AwareDateTime(required=True, allow_none=True)


class OwnEvaluationsOut(ma.Schema):
    """A petition's evaluations, one of each object, the petition office first."""

    items = fields.List(fields.Nested(OwnEvaluationOut), required=True)


class UnitCountsQuery(Query):
    """The office's day from which on evaluations were opened; all of them without it."""

    since = Day(load_default=None)


class UnitCounts(ma.Schema):
    """How one unit was evaluated as one object."""

    unit = fields.Str()
    object = fields.Str()
    opened = fields.Int()
    recorded = fields.Int()
    satisfied = fields.Int()
    basically_satisfied = fields.Int()
    dissatisfied = fields.Int()
    simulated = fields.Int()


class UnitCountsOut(ma.Schema):
    """Counts of each unit and object."""

    items = fields.List(fields.Nested(UnitCounts))


class CountsOut(ma.Schema):
    """How much satisfaction knows."""

    petitions = fields.Int()
    cases = fields.Int()
    opened = fields.Int()
    recorded = fields.Int()
