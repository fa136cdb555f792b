"""Requests and answers about tasks and the replies they draft."""

import marshmallow as ma
from marshmallow import fields

from routing.domain.coordination import STATES, TASK_SOURCES
from routing.schemas.coordination.common import MOST_CASES, Ids, ThingOut, Words
from shared.web.fields import Body, Code, Day, PageQuery, Text


class TaskIn(Body):
    """A task: what, by whom, until when; without `case_ids` it is on all cases of its source."""

    title = Words(longest=200, lines=False, required=True)
    detail = Words(longest=10_000, required=True)
    unit = Text(longest=50, required=True)
    due_day = Day(required=True)
    source = Code(tuple(TASK_SOURCES), required=True)
    source_id = Text(longest=36, allow_none=True, load_default=None)
    case_ids = Ids(longest=36, most=MOST_CASES, load_default=list)


class TaskReportIn(Body):
    """What came of a task."""

    result = Words(longest=10_000, required=True)


class TaskReturnIn(Body):
    """Why a task goes back, and until when it is to be done; the day stays unless given."""

    reason = Words(longest=2_000, required=True)
    due_day = Day(allow_none=True, load_default=None)


class TasksQuery(PageQuery):
    """Filters of the list of tasks."""

    which = Code(("open", "overdue", "ended", "all"), load_default="open")
    unit = Text(longest=50, load_default=None)
    case_id = Text(longest=36, load_default=None)
    source_id = Text(longest=36, load_default=None)


class TaskOut(ThingOut):
    """A task; `due_at` is exclusive, `cases` is how many it is on."""

    title = fields.Str()
    detail = fields.Str()
    unit = fields.Str()
    due_day = fields.Date()
    due_at = fields.AwareDateTime()
    overdue = fields.Bool()
    open = fields.Bool()
    secret = fields.Bool()
    source = fields.Str()
    source_id = fields.Str(allow_none=True)
    cases = fields.Int()
    result = fields.Str(allow_none=True)
    reported_by = fields.Str(allow_none=True)
    reported_at = fields.AwareDateTime(allow_none=True)
    return_reason = fields.Str(allow_none=True)


class TasksOut(ma.Schema):
    """A page of tasks, what is due first first."""

    items = fields.List(fields.Nested(TaskOut))
    next_cursor = fields.Str(allow_none=True)


class DraftsQuery(PageQuery):
    """Filters of the list of drafts; `mine` are those on cases that the caller handles."""

    state = Code(tuple(STATES["draft"]), load_default="drafted")
    whose = Code(("mine", "all"), load_default="all")
    case_id = Text(longest=36, load_default=None)
    task_id = Text(longest=36, load_default=None)


class DraftOut(ThingOut):
    """A reply that a finished task suggests."""

    task_id = fields.Str()
    case_id = fields.Str()
    petition_id = fields.Str()
    text = fields.Str()


class DraftsOut(ma.Schema):
    """A page of drafts."""

    items = fields.List(fields.Nested(DraftOut))
    next_cursor = fields.Str(allow_none=True)
