"""Requests and answers about units."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields

from routing.domain.units import LEVELS
from shared.errors import both
from shared.web.fields import Body, Code, Day, Flag, PageQuery, Part, Query, Text, Whole

_LONGEST_TABLE = 1_000_000


class Several(fields.List):
    """A list."""

    default_error_messages = {
        "invalid": both("应为列表。", "Must be a list."),
        "null": both("不能为空值。", "May not be null."),
        "required": both("必填。", "Required."),
    }


class Table(fields.String):
    """A table as CSV, taken as it is: its lines are counted."""

    default_error_messages = {
        "required": both("必填。", "Required."),
        "null": both("不能为空值。", "May not be null."),
        "invalid": both("应为CSV文本。", "Must be CSV text."),
        "long": both("最多{most}个字。", "At most {most} characters."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.metadata = {"maxLength": _LONGEST_TABLE, **self.metadata}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if len(value) > _LONGEST_TABLE:
            raise self.make_error("long", most=_LONGEST_TABLE)
        return value


class ShareIn(Body):
    """A successor and what it takes; no categories or no areas means all (T22 Art.24(2))."""

    unit = Text(longest=50, required=True)
    categories = Several(Text(longest=50), load_default=list)
    areas = Several(Text(longest=50), load_default=list)


class UnitIn(Body):
    """A unit; only bodies with `secret_lane` receive accusations.

    Fields from `level` on keep their value where they are not sent. `valid_to` is the last day.
    """

    name = Text(longest=100, required=True)
    kind = Text(longest=20, required=True)
    parent = Text(longest=50, allow_none=True, load_default=None)
    secret_lane = Flag(load_default=False)
    level = Code(tuple(LEVELS), allow_none=True)
    external = Flag()
    valid_from = Day(allow_none=True)
    valid_to = Day(allow_none=True)
    successors = Several(Part(ShareIn))
    review_body = Text(longest=50, allow_none=True)
    address = Text(longest=200, allow_none=True)
    contact = Text(longest=100, allow_none=True)


class UnitsQuery(Query):
    """Filters of the list of units; without `limit` and `cursor` all are answered at once."""

    kind = Text(longest=20, load_default=None)
    parent = Text(longest=50, load_default=None)
    valid_on = Day(load_default=None)
    text = Text(longest=100, load_default=None)
    limit = Whole(least=1, most=200, load_default=None)
    cursor = PageQuery._declared_fields["cursor"]


class ImportIn(Body):
    """A whole table; with an export's `revision` it is refused where others changed it since."""

    csv = Table(required=True)
    dry_run = Flag(load_default=False)
    revision = Text(longest=36, allow_none=True, load_default=None)


class ResponsibleQuery(Query):
    """What is asked for: a matter's category and area, on a day (today unless given)."""

    category = Text(longest=50, load_default=None)
    area = Text(longest=50, load_default=None)
    on = Day(load_default=None)


class ShareOut(ma.Schema):
    """A successor and what it takes."""

    unit = fields.Str()
    categories = fields.List(fields.Str())
    areas = fields.List(fields.Str())


class UnitOut(ma.Schema):
    """A unit."""

    code = fields.Str()
    name = fields.Str()
    kind = fields.Str()
    parent = fields.Str(allow_none=True)
    secret_lane = fields.Bool()
    level = fields.Str(allow_none=True)
    external = fields.Bool()
    valid_from = fields.Date(allow_none=True)
    valid_to = fields.Date(allow_none=True)
    successors = fields.List(fields.Nested(ShareOut))
    review_body = fields.Str(allow_none=True)
    address = fields.Str(allow_none=True)
    contact = fields.Str(allow_none=True)


class UnitsOut(ma.Schema):
    """Units by code."""

    items = fields.List(fields.Nested(UnitOut))
    next_cursor = fields.Str(allow_none=True)


class ChangeOut(ma.Schema):
    """One change: added, changed or ended; `line` is null where the table does not name it."""

    change = fields.Str()
    what = fields.Str()
    line = fields.Int(allow_none=True)
    fields_ = fields.List(fields.Str(), data_key="fields", attribute="fields")


class ImportOut(ma.Schema):
    """What an import did, or would do; `changes` names the first of them."""

    dry_run = fields.Bool()
    revision = fields.Str(allow_none=True)
    added = fields.Int()
    changed = fields.Int()
    ended = fields.Int()
    unchanged = fields.Int()
    changes = fields.List(fields.Nested(ChangeOut))


class ExportOut(ma.Schema):
    """A whole table, and the revision it is at."""

    csv = fields.Str()
    revision = fields.Str(allow_none=True)


class ResponsibleUnitOut(ma.Schema):
    """A unit that a matter may go to, and why."""

    unit = fields.Str()
    unit_name = fields.Str()
    reason = fields.Str()


class ResponsibleOut(ma.Schema):
    """Units that a matter may go to, best first."""

    items = fields.List(fields.Nested(ResponsibleUnitOut))
