"""Requests and answers about meetings."""

import marshmallow as ma
from marshmallow import fields

from routing.domain.coordination import STATES
from routing.schemas.coordination.common import MOST_CASES, Ids, ThingOut, Words
from shared.web.fields import Body, Code, Moment, PageQuery, Text


class MeetingIn(Body):
    """The notice of a meeting on cases or on a hotspot; `host` is a title, not a name."""

    title = Words(longest=200, lines=False, required=True)
    place = Words(longest=200, lines=False, required=True)
    host = Words(longest=100, lines=False, required=True)
    starts_at = Moment(required=True)
    notice = Words(longest=10_000, required=True)
    units = Ids(least=1, most=100, required=True)
    case_ids = Ids(longest=36, most=MOST_CASES, load_default=list)
    hotspot_id = Text(longest=100, allow_none=True, load_default=None)


class MeetingCasesIn(Body):
    """More cases for a meeting."""

    case_ids = Ids(longest=36, least=1, most=MOST_CASES, required=True)


class MeetingHeldIn(Body):
    """The units that came."""

    attended = Ids(most=100, required=True)


class MinutesIn(Body):
    """The minutes, 协调会纪要: issue, what was said, decision (GB/T 9704 10.3)."""

    minutes = Words(longest=50_000, required=True)


class ApproveMinutesIn(Body):
    """The document in which the approved minutes are issued, if there is one."""

    document_id = Text(longest=36, allow_none=True, load_default=None)


class MeetingsQuery(PageQuery):
    """Filters of the list of meetings."""

    state = Code(tuple(STATES["meeting"]), load_default=None)
    case_id = Text(longest=36, load_default=None)
    hotspot_id = Text(longest=100, load_default=None)


class MeetingUnitOut(ma.Schema):
    """A unit that was invited; `attended` is null until the meeting was held."""

    unit = fields.Str()
    attended = fields.Bool(allow_none=True)


class MeetingPaperIn(Body):
    """Which paper of a meeting to draw up, and with which of its cases to file it."""

    kind = Code(("meeting_notice", "meeting_minutes"), required=True)
    case_id = Text(longest=36, allow_none=True, load_default=None)


class MeetingPaperOut(ma.Schema):
    """A paper of a meeting and how far it is; its number once it is issued."""

    document_id = fields.Str()
    kind = fields.Str()
    state = fields.Str()
    number = fields.Str(allow_none=True)
    issued_on = fields.Date(allow_none=True)


class MeetingOut(ThingOut):
    """A meeting; `cases` is how many it is on."""

    title = fields.Str()
    place = fields.Str()
    host = fields.Str()
    starts_at = fields.AwareDateTime()
    notice = fields.Str()
    secret = fields.Bool()
    hotspot_id = fields.Str(allow_none=True)
    cases = fields.Int()
    units = fields.List(fields.Nested(MeetingUnitOut))
    minutes = fields.Str(allow_none=True)
    minutes_by = fields.Str(allow_none=True)
    document_id = fields.Str(allow_none=True)
    notice_id = fields.Str(allow_none=True)
    papers = fields.List(fields.Nested(MeetingPaperOut))


class MeetingsOut(ma.Schema):
    """A page of meetings; minutes, units and journal are not in lists."""

    items = fields.List(fields.Nested(MeetingOut))
    next_cursor = fields.Str(allow_none=True)
