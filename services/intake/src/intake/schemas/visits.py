"""Visits: tickets, visitors, records and receipts, as requests and answers."""

import marshmallow as ma
from marshmallow import fields

from intake.domain.identity import DOCUMENTS, RESULTS
from intake.domain.participants import AGENTS_MOST
from intake.domain.reception import (
    END_REASONS,
    PETITIONER,
    PLACE,
    PRIORITIES,
    STATED_REASONS,
    STATES,
    VISITOR_PARTS,
    VISITORS_MOST,
)
from intake.schemas.participants import AgentIn, ParticipantIn, PetitionerOut, is_id_number, matches
from shared.web.fields import Body, Code, Day, Flag, Items, PageQuery, Part, Query, Text, Whole

_TYPED = {"description": "what was saved, in the shape in which it was posted"}
_PEOPLE_MOST = 10_000


class TicketIn(Body):
    """A ticket of the reception queue; the reason to be received first is the office's rule."""

    may_be_left_out = True

    people = Whole(least=1, most=_PEOPLE_MOST, load_default=1)
    priority = Code(tuple(PRIORITIES), names=PRIORITIES, allow_none=True, load_default=None)


class QueueQuery(PageQuery):
    """The tickets of a day, today's unless another is given."""

    day = Day(allow_none=True, load_default=None)
    state = Code((*STATES, "all"), load_default="all")


class NextIn(Body):
    """The counter to which the next visitor is called."""

    counter = Text(longest=20, required=True)


class VisitCountsQuery(Query):
    """Counts from one day to another, both included."""

    since = Day(required=True)
    until = Day(required=True)
    place = Text(
        longest=50,
        allow_none=True,
        load_default=None,
        validate=matches(PLACE, "不是接待场所代码。", "Not the code of a reception place."),
    )


class CompanionIn(ParticipantIn):
    """Somebody who came along; `representative` where they speak for a joint visit."""

    representative = Flag(load_default=False)


class VisitorIn(CompanionIn):
    """In whose name the matter is brought in, `present` or not."""

    present = Flag(load_default=True)


class VisitorsIn(Body):
    """Who came: `people` is how many raise the matter, those included that are not named."""

    people = Whole(least=1, most=_PEOPLE_MOST, required=True)
    petitioner = Part(VisitorIn, required=True)
    companions = Items(fields.Nested(CompanionIn), most=VISITORS_MOST, load_default=list)
    agents = Items(fields.Nested(AgentIn), most=AGENTS_MOST, load_default=list)


class IdentityCheckIn(Body):
    """That a visitor's paper was looked at; the number where it is not known yet."""

    part = Code(tuple(VISITOR_PARTS), names=VISITOR_PARTS, load_default=PETITIONER)
    seat = Whole(least=0, most=VISITORS_MOST, load_default=0)
    document = Code(tuple(DOCUMENTS), names=DOCUMENTS, allow_none=True, load_default=None)
    id_number = Text(longest=30, allow_none=True, load_default=None, validate=is_id_number)
    result = Code(tuple(RESULTS), names=RESULTS, required=True)


class ReadBackIn(Body):
    """The version of the record that was read to the visitor."""

    version = Whole(least=0, most=10**9, required=True)


class ConfirmIn(ReadBackIn):
    """The version that was confirmed, and the name of who confirmed it."""

    confirmed_by = Text(longest=100, required=True)


class VisitEndIn(Body):
    """Why somebody leaves of whom nothing is registered."""

    reason = Code(STATED_REASONS, names=END_REASONS, required=True)


class VisitFrameOut(ma.Schema):
    """A visit without names and words."""

    visit_id = fields.Str(required=True)
    place = fields.Str(required=True)
    day = fields.Date(required=True)
    ticket = fields.Int(required=True)
    people = fields.Int(required=True)
    priority = fields.Str(required=True, allow_none=True)
    priority_name = fields.Str(required=True, allow_none=True)
    state = fields.Str(required=True, metadata={"description": "a vocabulary that grows"})
    state_name = fields.Str(required=True)
    taken_at = fields.AwareDateTime(required=True)
    called_at = fields.AwareDateTime(required=True, allow_none=True)
    called_by = fields.Str(required=True, allow_none=True)
    counter = fields.Str(required=True, allow_none=True)
    waited_seconds = fields.Int(required=True)
    version = fields.Int(required=True)
    read_back_at = fields.AwareDateTime(required=True, allow_none=True)
    confirmed_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    end_reason = fields.Str(required=True, allow_none=True)
    end_reason_name = fields.Str(required=True, allow_none=True)


class TicketOut(VisitFrameOut):
    """A ticket just taken, and how many are before it."""

    ahead = fields.Int(required=True)


class QueueOut(ma.Schema):
    """A page of a day's tickets, in their order."""

    items = fields.List(fields.Nested(VisitFrameOut), required=True)
    next_cursor = fields.Str(required=True, allow_none=True)


class NextOut(ma.Schema):
    """Who was called; null where nobody waits."""

    visit = fields.Nested(VisitFrameOut, required=True, allow_none=True)


class IdentityCheckOut(ma.Schema):
    """A paper that was looked at."""

    part = fields.Str(required=True)
    seat = fields.Int(required=True)
    document = fields.Str(required=True, allow_none=True)
    document_name = fields.Str(required=True, allow_none=True)
    check_result = fields.Str(required=True)
    check_result_name = fields.Str(required=True)
    checked_by = fields.Str(required=True)
    checked_at = fields.AwareDateTime(required=True)


class VisitorOut(PetitionerOut):
    """Somebody of a visit; masked for all but the clerk who receives them."""

    part = fields.Str(required=True)
    part_name = fields.Str(required=True)
    seat = fields.Int(required=True)
    present = fields.Bool(required=True)
    representative = fields.Bool(required=True)
    relation = fields.Str(required=True, allow_none=True)
    relation_name = fields.Str(required=True, allow_none=True)
    signed_on = fields.Date(required=True, allow_none=True)
    until = fields.Date(required=True, allow_none=True)
    scope = fields.Str(required=True, allow_none=True)
    document = fields.Str(required=True, allow_none=True)
    document_name = fields.Str(required=True, allow_none=True)
    check_result = fields.Str(required=True, allow_none=True)
    check_result_name = fields.Str(required=True, allow_none=True)
    checked_by = fields.Str(required=True, allow_none=True)
    checked_at = fields.AwareDateTime(required=True, allow_none=True)


class VisitOut(VisitFrameOut):
    """A visit with persons and record."""

    masked = fields.Bool(required=True)
    visitors = fields.List(fields.Nested(VisitorOut), required=True)
    record = fields.Dict(required=True, allow_none=True, metadata=_TYPED)
    read_back_by = fields.Str(required=True, allow_none=True)
    confirmed_by = fields.Str(required=True, allow_none=True)
    petition_id = fields.Str(required=True, allow_none=True)
    printed_at = fields.AwareDateTime(required=True, allow_none=True)


class VisitRegisteredOut(ma.Schema):
    """The petition that a visit became; its query code is on the receipt, once."""

    visit_id = fields.Str(required=True)
    petition_id = fields.Str(required=True)
    petition_no = fields.Str(required=True)


class VisitReceiptOut(ma.Schema):
    """A page to print, with the query code the first time."""

    petition_no = fields.Str(required=True)
    with_code = fields.Bool(required=True)
    page = fields.Str(required=True)


class VisitDayOut(ma.Schema):
    """A day of a reception place: tickets by what became of them, people, how long they waited."""

    day = fields.Date(required=True)
    place = fields.Str(required=True)
    tickets = fields.Int(required=True)
    people = fields.Int(required=True)
    waiting = fields.Int(required=True)
    called = fields.Int(required=True)
    no_show = fields.Int(required=True)
    registered = fields.Int(required=True)
    left = fields.Int(required=True)
    waited_seconds_average = fields.Int(required=True, allow_none=True)
    waited_seconds_longest = fields.Int(required=True, allow_none=True)


class VisitCountsOut(ma.Schema):
    """Counts of each day and reception place."""

    items = fields.List(fields.Nested(VisitDayOut), required=True)
