"""Requests and answers of `api.calendar`."""

from typing import Any

import marshmallow as ma
from marshmallow import fields

from routing.domain.notices import LONGEST_NAME, OFF, WORKED
from shared.errors import both
from shared.web.fields import Body, Code, Day, Flag, Part, Text

_MOST_DAYS = 366
_LIST: dict[str, Any] = {
    "invalid": both("应为列表。", "Must be a list."),
    "null": both("不能为空值。", "May not be null."),
}


class NoticeDayIn(Body):
    """A day that the notice says is off or worked, and for which festival."""

    day = Day(required=True)
    kind = Code((OFF, WORKED), required=True)
    name = Text(longest=LONGEST_NAME, required=True)


class NoticeIn(Body):
    """A year's notice as `csv` (day,kind,name) or `days`.

    `full` where it says all about its year, else it amends the table that the product brings;
    with `dry_run` nothing is kept.
    """

    csv = Text(longest=50_000, lines=True, allow_none=True, load_default=None)
    days = fields.List(
        Part(NoticeDayIn),
        allow_none=True,
        load_default=None,
        error_messages=_LIST,
        validate=ma.validate.Length(
            max=_MOST_DAYS, error=both("最多{max}项。", "At most {max} items.")
        ),
    )
    full = Flag(load_default=True)
    source = Text(longest=200, allow_none=True, load_default=None)
    dry_run = Flag(load_default=False)


class ImportedOut(ma.Schema):
    """What an import changes; `moved_*` are counted by a dry run, null otherwise."""

    year = fields.Int()
    full = fields.Bool()
    dry_run = fields.Bool()
    changed_days = fields.Int()
    moved_cases = fields.Int(allow_none=True)
    moved_clocks = fields.Int(allow_none=True)


class NoticeDayOut(ma.Schema):
    """A day that differs from Monday to Friday."""

    day = fields.Date()
    kind = fields.Str()
    name = fields.Str()


class RecountOut(ma.Schema):
    """How far the clocks of open cases have been counted again; `done_at` is null until all are."""

    asked_at = fields.AwareDateTime()
    cases = fields.Int()
    clocks = fields.Int()
    done_at = fields.AwareDateTime(allow_none=True)


class YearOut(ma.Schema):
    """Whether a year's notice is published (已公布) or its days are provisional (暂定)."""

    year = fields.Int()
    published = fields.Bool()
    status_name = fields.Str()
    imported = fields.Bool()
    full = fields.Bool()
    source = fields.Str(allow_none=True)
    imported_at = fields.AwareDateTime(allow_none=True)
    imported_by = fields.Str(allow_none=True)


class YearDaysOut(YearOut):
    """A year, its days that differ from Monday to Friday, and the same as CSV for an export."""

    days = fields.List(fields.Nested(NoticeDayOut))
    csv = fields.Str()
    recount = fields.Nested(RecountOut, allow_none=True)


class YearsOut(ma.Schema):
    """Years, the newest first."""

    items = fields.List(fields.Nested(YearOut))
