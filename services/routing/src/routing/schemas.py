"""HTTP requests and answers of routing."""

import marshmallow as ma
from marshmallow import fields

from routing.domain.procedure import CLOSE_REASONS, SERVICE_METHODS, STATES
from shared.web.fields import Body, Code, Day, Flag, Moment, PageQuery, Text


class ActionIn(Body):
    """What every action may carry: the time at which imported history happened."""

    at = Moment(allow_none=True, load_default=None)


class ForwardIn(ActionIn):
    """To which unit; the category is the suggested one unless given."""

    unit = Text(longest=50, required=True)
    category = Text(longest=50, allow_none=True, load_default=None)


class AssignIn(ForwardIn):
    """To which unit, and the date by which it must report back."""

    report_due = Day(required=True)


class ReplyIn(ActionIn):
    """The opinion's text."""

    text = Text(longest=50_000, lines=True, required=True)


class ServeIn(ActionIn):
    """How the opinion reached the petitioner."""

    method = Code(tuple(SERVICE_METHODS), allow_none=True, load_default=None)


class CloseIn(ActionIn):
    """Why the case ends."""

    reason = Code(tuple(CLOSE_REASONS), required=True)


class UnitIn(Body):
    """A unit; only bodies with `secret_lane` receive accusations."""

    name = Text(longest=100, required=True)
    kind = Text(longest=20, required=True)
    parent = Text(longest=50, allow_none=True, load_default=None)
    secret_lane = Flag(load_default=False)


class UnitOut(ma.Schema):
    """A unit."""

    code = fields.Str()
    name = fields.Str()
    kind = fields.Str()
    parent = fields.Str(allow_none=True)
    secret_lane = fields.Bool()


class UnitsOut(ma.Schema):
    """All units."""

    items = fields.List(fields.Nested(UnitOut))


class CategoryOut(ma.Schema):
    """A category and the unit that usually handles it."""

    code = fields.Str()
    name = fields.Str()
    unit = fields.Str()


class CategoriesOut(ma.Schema):
    """All categories."""

    items = fields.List(fields.Nested(CategoryOut))


class CasesQuery(PageQuery):
    """Filters of the list of cases."""

    petition_id = Text(longest=36, load_default=None)
    state = Code(tuple(STATES), load_default=None)
    unit = Text(longest=50, load_default=None)
    category = Text(longest=50, load_default=None)
    due_before = Moment(load_default=None)


class SuggestionOut(ma.Schema):
    """A suggested category and unit, and the words that decided."""

    category = fields.Str()
    unit = fields.Str()
    words = fields.List(fields.Str())


class ClockOut(ma.Schema):
    """A statutory clock; `due_at` is exclusive."""

    id = fields.Str()
    name = fields.Str()
    basis = fields.Str()
    kind = fields.Str()
    start = fields.Str()
    nominal_day = fields.Str()
    due_day = fields.Str()
    due_at = fields.Str()
    state = fields.Str()
    settled_at = fields.Str(allow_none=True)
    provisional = fields.Bool()


class CaseOut(ma.Schema):
    """A case."""

    case_id = fields.Str()
    case_no = fields.Str()
    version = fields.Int()
    state = fields.Str()
    state_name = fields.Str()
    petition_ids = fields.List(fields.Str())
    petition_nos = fields.List(fields.Str())
    channel = fields.Str()
    purpose = fields.Str()
    secret = fields.Bool()
    historical = fields.Bool()
    title = fields.Str(allow_none=True)
    content = fields.Str(allow_none=True)
    place = fields.Str(allow_none=True)
    suggestion = fields.Nested(SuggestionOut, allow_none=True)
    category = fields.Str(allow_none=True)
    category_name = fields.Str(allow_none=True)
    lead_unit = fields.Str(allow_none=True)
    lead_unit_name = fields.Str(allow_none=True)
    co_units = fields.List(fields.Str())
    clocks = fields.List(fields.Nested(ClockOut))
    next_due_at = fields.AwareDateTime(allow_none=True)
    report_due = fields.Date(allow_none=True)
    reply = fields.Str(allow_none=True)
    service_method = fields.Str(allow_none=True)
    close_reason = fields.Str(allow_none=True)
    received_at = fields.AwareDateTime()
    opened_at = fields.AwareDateTime()
    classified_at = fields.AwareDateTime(allow_none=True)
    forwarded_at = fields.AwareDateTime(allow_none=True)
    accepted_at = fields.AwareDateTime(allow_none=True)
    replied_at = fields.AwareDateTime(allow_none=True)
    served_at = fields.AwareDateTime(allow_none=True)
    closed_at = fields.AwareDateTime(allow_none=True)
    allowed = fields.List(fields.Str())


class CasesOut(ma.Schema):
    """A page of cases; `content` is null in lists."""

    items = fields.List(fields.Nested(CaseOut))
    next_cursor = fields.Str(allow_none=True)


class CountsOut(ma.Schema):
    """How many there are."""

    cases = fields.Int()
    petitions = fields.Int()
    by_state = fields.Dict(keys=fields.Str(), values=fields.Int())
