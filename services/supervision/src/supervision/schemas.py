"""HTTP requests and answers of supervision."""

import marshmallow as ma
from marshmallow import fields

from shared.web.fields import PageQuery, Text


class OverdueQuery(PageQuery):
    """Which overdue clocks."""

    unit = Text(longest=50, load_default=None)


class AlarmQuery(PageQuery):
    """Which alarms."""


class ClockOut(ma.Schema):
    """A statutory clock and its light now."""

    id = fields.Str(attribute="clock_id")
    name = fields.Str()
    basis = fields.Str()
    kind = fields.Str()
    start = fields.Str(allow_none=True)
    nominal_day = fields.Str(allow_none=True)
    due_day = fields.Date()
    due_at = fields.AwareDateTime()
    state = fields.Str()
    settled_at = fields.Str(allow_none=True)
    provisional = fields.Bool()
    light = fields.Str()
    overdue = fields.Bool()


class EntryOut(ma.Schema):
    """One thing that happened to a case."""

    event_id = fields.Str()
    type = fields.Str()
    at = fields.AwareDateTime()
    recorded_at = fields.AwareDateTime()
    historical = fields.Bool()
    text = fields.Str(metadata={"description": "what happened, in one sentence"})
    facts = fields.Dict()


class TimelineOut(ma.Schema):
    """A case as supervision sees it."""

    case_id = fields.Str()
    case_no = fields.Str(allow_none=True)
    version = fields.Int()
    state = fields.Str()
    state_name = fields.Str()
    ended = fields.Bool(metadata={"description": "nothing is owed any more"})
    light = fields.Str()
    petition_ids = fields.List(fields.Str())
    petition_nos = fields.List(fields.Str())
    channel = fields.Str(allow_none=True)
    purpose = fields.Str(allow_none=True)
    secret = fields.Bool()
    category = fields.Str(allow_none=True)
    category_name = fields.Str(allow_none=True)
    lead_unit = fields.Str(allow_none=True)
    lead_unit_name = fields.Str(allow_none=True)
    co_units = fields.List(fields.Str())
    received_at = fields.Str(allow_none=True)
    opened_at = fields.Str(allow_none=True)
    classified_at = fields.Str(allow_none=True)
    forwarded_at = fields.Str(allow_none=True)
    accepted_at = fields.Str(allow_none=True)
    replied_at = fields.Str(allow_none=True)
    served_at = fields.Str(allow_none=True)
    closed_at = fields.Str(allow_none=True)
    close_reason = fields.Str(allow_none=True)
    report_due = fields.Str(allow_none=True)
    route = fields.Str(allow_none=True)
    handling = fields.Str(allow_none=True)
    clocks = fields.List(fields.Nested(ClockOut))
    entries = fields.List(fields.Nested(EntryOut))


class OverdueItem(ma.Schema):
    """A running clock whose last day is over."""

    case_id = fields.Str()
    case_no = fields.Str(allow_none=True)
    unit = fields.Str(allow_none=True)
    unit_name = fields.Str(attribute="lead_unit_name", allow_none=True)
    category_name = fields.Str(allow_none=True)
    clock = fields.Str(attribute="clock_id")
    name = fields.Str()
    basis = fields.Str()
    due_day = fields.Date()
    due_at = fields.AwareDateTime()
    days_late = fields.Int()
    provisional = fields.Bool()


class OverduePage(ma.Schema):
    """A page of overdue clocks."""

    items = fields.List(fields.Nested(OverdueItem))
    next_cursor = fields.Str(allow_none=True)


class OverdueUnit(ma.Schema):
    """A unit with overdue clocks: how many, of how many cases, the longest one's days."""

    unit = fields.Str(allow_none=True)
    unit_name = fields.Str(allow_none=True)
    clocks = fields.Int()
    cases = fields.Int()
    days_late = fields.Int()


class OverdueUnitsOut(ma.Schema):
    """The units with overdue clocks, longest overdue first."""

    items = fields.List(fields.Nested(OverdueUnit))


class AlarmItem(ma.Schema):
    """A registered petition that no case was opened for."""

    kind = fields.Str()
    petition_id = fields.Str()
    petition_no = fields.Str()
    registered_at = fields.AwareDateTime()
    raised_at = fields.AwareDateTime()
    minutes_waiting = fields.Int()


class AlarmPage(ma.Schema):
    """A page of alarms."""

    items = fields.List(fields.Nested(AlarmItem))
    next_cursor = fields.Str(allow_none=True)


class CountsOut(ma.Schema):
    """How much supervision knows."""

    petitions = fields.Int()
    cases = fields.Int()
    entries = fields.Int()
