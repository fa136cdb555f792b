"""Requests and answers about editions of standards."""

import marshmallow as ma
from marshmallow import fields

from shared.errors import both
from shared.web.fields import Body, Text, unprintable

MOST_FILES = 100
LONGEST = 500_000


def _is_text(value: str) -> None:
    if wrong := unprintable(value, lines=True):
        raise ma.ValidationError(wrong)


class EditionIn(Body):
    """Files of standards by name, such as `procedure.yaml` or `templates/opinion.html`."""

    files = fields.Dict(
        keys=Text(longest=100),
        values=fields.Str(
            validate=(
                ma.validate.Length(
                    max=LONGEST, error=both("最多{max}个字。", "At most {max} characters.")
                ),
                _is_text,
            ),
            error_messages={"invalid": both("应为文本。", "Must be a text.")},
        ),
        required=True,
        validate=ma.validate.Length(
            min=1,
            max=MOST_FILES,
            error=both("应有{min}至{max}个文件。", "Send {min} to {max} files."),
        ),
        error_messages={
            "required": both("必填。", "Required."),
            "invalid": both("应为文件名到内容的映射。", "Must map names of files to texts."),
        },
        metadata={"type": "object"},
    )


class StandardErrorOut(ma.Schema):
    """Why a file cannot be used; one that is not `at_start` spoils the handbook alone."""

    file = fields.Str()
    line = fields.Int()
    reason = fields.Str()
    reason_en = fields.Str()
    at_start = fields.Bool()


class StandardValueOut(ma.Schema):
    """What stands in a place of a row, and what will; "" is nothing."""

    name = fields.Str()
    before = fields.Str()
    after = fields.Str()


class StandardChangeOut(ma.Schema):
    """A row that is added, removed, or changed in `what`, beside the running edition.

    `values` are those of `what` that can be said in a line.
    """

    section = fields.Str()
    name = fields.Str()
    change = fields.Str()
    what = fields.List(fields.Str())
    values = fields.List(fields.Nested(StandardValueOut))


class StandingOut(ma.Schema):
    """How many cases that have not ended stand in a state that is removed or changed."""

    state = fields.Str()
    state_name = fields.Str()
    change = fields.Str()
    cases = fields.Int()


class RunningClockOut(ma.Schema):
    """How many clocks of open cases run by a rule that is removed or changed; they stay."""

    clock = fields.Str()
    clock_name = fields.Str()
    change = fields.Str()
    running = fields.Int()


class TrialOut(ma.Schema):
    """What would become of an edition."""

    would_load = fields.Bool()
    errors = fields.List(fields.Nested(StandardErrorOut))
    changes = fields.List(fields.Nested(StandardChangeOut))
    cases = fields.List(fields.Nested(StandingOut))
    clocks = fields.List(fields.Nested(RunningClockOut))
