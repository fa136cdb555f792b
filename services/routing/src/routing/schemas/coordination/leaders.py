"""Requests and answers about instructions, charges and reception days; leaders go by title."""

import marshmallow as ma
from marshmallow import fields

from routing.domain.coordination import STATES
from routing.schemas.coordination.common import ThingOut, Words
from shared.web.fields import Body, Code, Day, Flag, Moment, PageQuery, Text, Whole


class InstructionIn(Body):
    """An instruction 批示; the case's lead unit is to answer it unless another part is named."""

    leader_title = Words(longest=100, lines=False, required=True)
    text = Words(longest=5_000, required=True)
    unit = Text(longest=50, allow_none=True, load_default=None)
    due_day = Day(allow_none=True, load_default=None)


class InstructionAnswerIn(Body):
    """What was done about it."""

    answer = Words(longest=10_000, required=True)


class InstructionsQuery(PageQuery):
    """Filters of the list of instructions."""

    case_id = Text(longest=36, load_default=None)
    unit = Text(longest=50, load_default=None)
    state = Code(tuple(STATES["instruction"]), load_default=None)


class InstructionOut(ThingOut):
    """An instruction."""

    case_id = fields.Str()
    unit = fields.Str()
    leader_title = fields.Str()
    text = fields.Str()
    due_day = fields.Date(allow_none=True)
    overdue = fields.Bool()
    answer = fields.Str(allow_none=True)
    answered_by = fields.Str(allow_none=True)


class InstructionsOut(ma.Schema):
    """A page of instructions."""

    items = fields.List(fields.Nested(InstructionOut))
    next_cursor = fields.Str(allow_none=True)


class ChargeIn(Body):
    """Which leader takes charge of the case, 包案."""

    leader_title = Words(longest=100, lines=False, required=True)
    note = Words(longest=2_000, allow_none=True, load_default=None)


class ChargeEndIn(Body):
    """What came of it."""

    result = Words(longest=10_000, required=True)


class ChargesQuery(PageQuery):
    """Filters of the list of charges."""

    case_id = Text(longest=36, load_default=None)
    state = Code(tuple(STATES["charge"]), load_default=None)


class ChargeOut(ThingOut):
    """A leader's charge of a case."""

    case_id = fields.Str()
    leader_title = fields.Str()
    note = fields.Str(allow_none=True)
    result = fields.Str(allow_none=True)


class ChargesOut(ma.Schema):
    """A page of charges."""

    items = fields.List(fields.Nested(ChargeOut))
    next_cursor = fields.Str(allow_none=True)


class ReceptionIn(Body):
    """A reception day; a public one is shown to petitioners with the leader's title alone."""

    leader_title = Words(longest=100, lines=False, required=True)
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    place = Words(longest=200, lines=False, required=True)
    public = Flag(required=True)
    slots = Whole(least=1, most=200, required=True)


class BookingIn(Body):
    """Which case comes, or which petition's; nobody is named."""

    case_id = Text(longest=36, allow_none=True, load_default=None)
    petition_id = Text(longest=36, allow_none=True, load_default=None)


class BookingResultIn(Body):
    """What came of a visit, or why there was none."""

    result = Words(longest=10_000, required=True)


class ReceptionsQuery(PageQuery):
    """From when on."""

    since = Moment(load_default=None)


class BookingsQuery(PageQuery):
    """Filters of the list of bookings."""

    reception_id = Text(longest=36, load_default=None)
    case_id = Text(longest=36, load_default=None)


class ReceptionOut(ThingOut):
    """A reception day; `booking_id` is the one just made."""

    leader_title = fields.Str()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    place = fields.Str()
    public = fields.Bool()
    slots = fields.Int()
    booked = fields.Int()
    booking_id = fields.Str()


class ReceptionsOut(ma.Schema):
    """A page of reception days, by their beginning."""

    items = fields.List(fields.Nested(ReceptionOut))
    next_cursor = fields.Str(allow_none=True)


class PublicReceptionOut(ma.Schema):
    """When, where, and the leader's title."""

    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    place = fields.Str()
    leader_title = fields.Str()


class PublicReceptionsOut(ma.Schema):
    """A page of the public reception days to come."""

    items = fields.List(fields.Nested(PublicReceptionOut))
    next_cursor = fields.Str(allow_none=True)


class BookingOut(ThingOut):
    """A case booked for a reception day."""

    reception_id = fields.Str()
    case_id = fields.Str()
    petition_id = fields.Str(allow_none=True)
    result = fields.Str(allow_none=True)


class BookingsOut(ma.Schema):
    """A page of bookings."""

    items = fields.List(fields.Nested(BookingOut))
    next_cursor = fields.Str(allow_none=True)
