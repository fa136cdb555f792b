"""HTTP requests and answers of routing."""

from typing import Any

import marshmallow as ma
from marshmallow import fields

from routing.resources import standard_procedure
from routing.schemas.actions import PURPOSES
from routing.use_cases import BULK_ACTIONS, REASONS
from shared.errors import both
from shared.web.fields import Body, Code, Moment, PageQuery, Part, Query, Text, Whole

_AT_ONCE = 200
_PROCEDURE = standard_procedure()
_STAGES = tuple(dict.fromkeys(state.stage for state in _PROCEDURE.states.values()))


class Filters(Query):
    """Filters of the list of cases; a category stands for those under it as well."""

    petition_id = Text(longest=36, load_default=None)
    case_no = Text(longest=20, load_default=None)
    split_from = Text(longest=36, load_default=None)
    state = Code(tuple(_PROCEDURE.states), load_default=None)
    stage = Code(_STAGES, load_default=None)
    unit = Text(longest=50, load_default=None)
    handler = Text(longest=100, load_default=None)
    purpose = Code(PURPOSES, load_default=None)
    category = Text(longest=50, load_default=None)
    title = Text(shortest=2, longest=50, load_default=None)
    due_before = Moment(load_default=None)
    overdue = Code(("true",), load_default=None)
    received_from = Moment(load_default=None)
    received_to = Moment(load_default=None)
    sort = Code(("newest", "due"), load_default="newest")


class CasesQuery(Filters, PageQuery):
    """Filters, order and page of the list of cases."""


class ExportQuery(Filters):
    """The filters of the list, and the format to take it out in."""

    format = Code(("csv", "xlsx"), required=True)


class CountQuery(Filters):
    """The filters of the list but for words of the title, which would have every case read."""

    class Meta:
        exclude = ("title", "sort")


class CountOut(ma.Schema):
    """How many cases; `shown` is "10000+" where `capped`."""

    count = fields.Int()
    capped = fields.Bool()
    shown = fields.Str()


class WorkQuery(PageQuery):
    """Without a reason the counts of all, with one its list."""

    reason = Code(tuple(REASONS), load_default=None)


class GuessOut(ma.Schema):
    """A guess with how sure it is, from 0 to 1."""

    category = fields.Str()
    confidence = fields.Float()


class PointerOut(ma.Schema):
    """A class or route that words point to, on what basis."""

    code = fields.Str()
    name = fields.Str()
    basis = fields.Str()
    words = fields.List(fields.Str())


class SuspicionOut(ma.Schema):
    """Whether the words may accuse somebody, so that the case should be kept secret."""

    suspected = fields.Bool()
    words = fields.List(fields.Str())


class SuggestionOut(ma.Schema):
    """A suggested category, how sure, the words that decided, and its unit (empty where none)."""

    category = fields.Str()
    unit = fields.Str()
    words = fields.List(fields.Str())
    confidence = fields.Float(allow_none=True)
    confidence_of = fields.Str(allow_none=True)
    top = fields.List(fields.Nested(GuessOut))
    model = fields.Str(allow_none=True)


class HintsOut(ma.Schema):
    """What the words say of class and route, and whether they may accuse somebody."""

    purpose = fields.Nested(PointerOut, allow_none=True)
    route = fields.Nested(PointerOut, allow_none=True)
    accusation = fields.Nested(SuspicionOut, allow_none=True)


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
    paused_days = fields.Int()
    log = fields.List(fields.Str())


class PartOut(ma.Schema):
    """What another unit was asked for in a case, and what it said; `due` never rolls."""

    unit = fields.Str()
    unit_name = fields.Str()
    kind = fields.Str()
    state = fields.Str()
    asked = fields.Str(allow_none=True)
    answer = fields.Str(allow_none=True)
    due = fields.Date(allow_none=True)
    overdue = fields.Bool()
    asked_at = fields.AwareDateTime()
    accepted_at = fields.AwareDateTime(allow_none=True)
    answered_at = fields.AwareDateTime(allow_none=True)


class CaseOut(ma.Schema):
    """A case."""

    case_id = fields.Str()
    case_no = fields.Str()
    version = fields.Int()
    state = fields.Str()
    state_name = fields.Str()
    stage = fields.Str(allow_none=True)
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
    hints = fields.Nested(HintsOut, allow_none=True)
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
    route = fields.Str(allow_none=True)
    handling = fields.Str(allow_none=True)
    handler = fields.Str(allow_none=True)
    merged_into = fields.Str(allow_none=True)
    split_from = fields.Str(allow_none=True)
    facts = fields.Dict(keys=fields.Str())
    parts = fields.List(fields.Nested(PartOut))
    allowed = fields.List(fields.Str())


class CasesOut(ma.Schema):
    """A page of cases; `content` is null in lists."""

    items = fields.List(fields.Nested(CaseOut))
    next_cursor = fields.Str(allow_none=True)


class ReasonOut(ma.Schema):
    """Why cases wait for the caller, and how many; `shown` is "10000+" where `capped`."""

    reason = fields.Str()
    title = fields.Str()
    count = fields.Int()
    capped = fields.Bool()
    shown = fields.Str()


class WorkOut(CasesOut):
    """The reasons with their counts, or a page of one of them."""

    reasons = fields.List(fields.Nested(ReasonOut))


class BulkItem(Body):
    """A case, and the version of it that was read."""

    case_id = Text(longest=36, required=True)
    version = Whole(least=1, most=999_999_999, required=True)


class BulkIn(Body):
    """One action, what it asks for, and up to 200 cases to take it on."""

    action = Code(BULK_ACTIONS, required=True)
    body = fields.Dict(keys=fields.Str(), load_default=dict)
    items = fields.List(Part(BulkItem), required=True)

    @ma.validates("items")
    def few_and_once(self, value: list[dict[str, Any]], **_: Any) -> None:
        """From 1 to 200 cases, each once."""
        if not 1 <= len(value) <= _AT_ONCE:
            raise ma.ValidationError(
                both(f"应有1至{_AT_ONCE}件。", f"Must be 1 to {_AT_ONCE} cases.")
            )
        if len({item["case_id"] for item in value}) < len(value):
            raise ma.ValidationError(both("同一事项出现了两次。", "A case stands there twice."))


class ProblemOut(ma.Schema):
    """Why an action was not taken on a case, as a single action would have been refused."""

    code = fields.Str()
    message = fields.Str()
    message_en = fields.Str()
    basis = fields.Str(allow_none=True)
    state = fields.Str(allow_none=True)
    allowed = fields.List(fields.Str())
    errors = fields.Dict(keys=fields.Str(), values=fields.Str())


class BulkItemOut(ma.Schema):
    """What became of one case: 200 with its new version, else the problem."""

    case_id = fields.Str()
    status = fields.Int()
    version = fields.Int(allow_none=True)
    state = fields.Str()
    problem = fields.Nested(ProblemOut)


class BulkOut(ma.Schema):
    """The outcomes in the order of the request."""

    items = fields.List(fields.Nested(BulkItemOut))
    done = fields.Int()
    refused = fields.Int()


class CountsOut(ma.Schema):
    """How many there are."""

    cases = fields.Int()
    petitions = fields.Int()
    by_state = fields.Dict(keys=fields.Str(), values=fields.Int())


class SaidOut(ma.Schema):
    """Something that was said with a step, as people read it; the case where it names one."""

    title = fields.Str()
    text = fields.Str()
    case_id = fields.Str(allow_none=True)


class StepOut(ma.Schema):
    """One step of a case: what was done, when, by whom, and what was said.

    `body` is as it was sent; `said` is the same for people, with titles and names.
    """

    seq = fields.Int()
    action = fields.Str()
    action_name = fields.Str()
    state_before = fields.Str()
    state = fields.Str()
    at = fields.AwareDateTime()
    recorded_at = fields.AwareDateTime()
    by = fields.Str()
    unit = fields.Str(allow_none=True)
    unit_name = fields.Str(allow_none=True)
    body = fields.Dict(keys=fields.Str())
    said = fields.List(fields.Nested(SaidOut))


class StepsOut(ma.Schema):
    """A page of a case's steps, newest first."""

    items = fields.List(fields.Nested(StepOut))
    next_cursor = fields.Str(allow_none=True)


class MemberOut(ma.Schema):
    """What each of several parts is made of."""

    name = fields.Str()
    title = fields.Str()
    required = fields.Bool()


class AskOut(ma.Schema):
    """Something that an action asks for: what it is, its limits, where its values are found.

    `least` and `most` count characters, items or the number itself; `needed_for` names, by another
    field, the choices with which this one is required.
    """

    name = fields.Str()
    title = fields.Str()
    type = fields.Str()
    required = fields.Bool()
    choices = fields.Dict(keys=fields.Str(), values=fields.Str())
    hint = fields.Str(allow_none=True)
    least = fields.Int(allow_none=True)
    most = fields.Int(allow_none=True)
    written = fields.Str()
    earliest = fields.Str(allow_none=True)
    latest = fields.Str(allow_none=True)
    found_at = fields.Str(allow_none=True)
    values = fields.List(fields.Str())
    suggested = fields.Str(allow_none=True)
    needed_for = fields.Dict(keys=fields.Str(), values=fields.List(fields.Str()))
    members = fields.List(fields.Nested(MemberOut))


class GuideActionOut(ma.Schema):
    """What may be done now: how, by when, on what basis, with which document; or why not."""

    action = fields.Str()
    title = fields.Str()
    basis = fields.Str()
    yours = fields.Bool(metadata={"description": "Whether the caller acts for whom the action is."})
    may = fields.Bool()
    why_not = fields.Str(allow_none=True)
    why_not_basis = fields.Str(allow_none=True)
    to_state = fields.Str()
    asks = fields.List(fields.Nested(AskOut))
    documents = fields.List(fields.Str())
    notices = fields.List(fields.Str())
    settles = fields.List(fields.Str())
    due_at = fields.Str(allow_none=True)
    due_day = fields.Str(allow_none=True)
    method = fields.Str()
    href = fields.Str()
    if_match = fields.Str()
    handbook = fields.Str()


class OwedPaperOut(ma.Schema):
    """A paper that an action calls for and that is not issued; null until it is drawn up."""

    kind = fields.Str()
    name = fields.Str()
    action = fields.Str()
    basis = fields.Str()
    document_id = fields.Str(allow_none=True)
    state = fields.Str(allow_none=True)


class GuidePaperOut(OwedPaperOut):
    """A paper that is owed, and whether it is the caller's to draw up."""

    yours = fields.Bool(metadata={"description": "Whether the caller may draw it up."})


class GuideOut(ma.Schema):
    """Where a case stands, and what its reader may do now."""

    case_id = fields.Str()
    version = fields.Int()
    state = fields.Str()
    state_name = fields.Str()
    stage = fields.Str()
    waits_for = fields.Str(allow_none=True)
    clocks = fields.List(fields.Nested(ClockOut))
    next_action = fields.Str(allow_none=True)
    actions = fields.List(fields.Nested(GuideActionOut))
    papers = fields.List(fields.Nested(GuidePaperOut))
    draw_up = fields.Str(metadata={"description": "POST here draws up every paper not begun."})
    handbook = fields.Str()
