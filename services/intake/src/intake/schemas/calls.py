"""Calls to the hotline and callbacks, as requests and answers."""

import re
from typing import Any

import marshmallow as ma
from marshmallow import fields

from intake.domain.hotline import CALLBACK_STATES, OUTCOMES, STATED, TRIES
from intake.schemas.participants import is_phone, matches
from intake.schemas.persons import PersonPetitionsOut
from shared.errors import both
from shared.web.fields import Body, Code, Flag, Moment, PageQuery, Text

_REFERENCE = re.compile(
    r"(https?://[A-Za-z0-9.-]{1,200}(:\d{1,5})?/)?[A-Za-z0-9][A-Za-z0-9._~/=&?%-]*\Z", re.ASCII
)
_TYPED = {"description": "what was saved, in the shape in which it was posted"}


class CallIn(Body):
    """A call that comes in; `call_ref` is its id in the telephone system, and holds no number.

    Without `number` it was withheld. `agent` is the account that the telephone system rings.
    """

    call_ref = Text(
        longest=100,
        required=True,
        validate=matches(
            re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*\Z", re.ASCII),
            "只能含字母、数字和._:-。",
            "Letters, digits and ._:- only.",
        ),
    )
    number = Text(longest=30, allow_none=True, load_default=None, validate=is_phone)
    began_at = Moment(required=True)
    agent = Text(longest=100, allow_none=True, load_default=None)


class CallAnswerIn(Body):
    """Picking a call up; `take_over` takes it from another clerk."""

    may_be_left_out = True

    take_over = Flag(load_default=False)


class CallEndIn(Body):
    """When a call ended, where its recording is (an id or address in the telephone system, never
    the sound itself), and whether nobody answered it."""

    ended_at = Moment(required=True)
    recording = Text(
        longest=300,
        allow_none=True,
        load_default=None,
        validate=matches(_REFERENCE, "不是录音编号或地址。", "Not a recording's id or address."),
    )
    missed = Flag(load_default=False)


class CallOutcomeIn(Body):
    """What became of a call of which nothing is registered; a transferred one says to whom."""

    outcome = Code(STATED, names=OUTCOMES, required=True)
    transferred_to = Text(longest=50, allow_none=True, load_default=None)

    @ma.validates_schema
    def _names_whom(self, data: dict[str, Any], **_: Any) -> None:
        if (data["outcome"] == "transferred") != bool(data["transferred_to"]):
            wrong = both("转接时填写，其他情形不填。", "For a transferred call, and no other.")
            raise ma.ValidationError({"transferred_to": [wrong]})


class CallSupplementIn(Body):
    """What a caller adds to a petition of theirs."""

    petition_id = Text(longest=36, required=True)
    content = Text(longest=50_000, lines=True, required=True)


class CallsQuery(PageQuery):
    """Calls of which nothing became yet, or all; `mine` are those that the caller has."""

    state = Code(("open", "all"), load_default="open")
    mine = Code(("true", "false"), load_default="false")


class CallFrameOut(ma.Schema):
    """A call without number and words."""

    call_id = fields.Str(required=True)
    call_ref = fields.Str(required=True)
    began_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    agent = fields.Str(required=True, allow_none=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)
    saved_at = fields.AwareDateTime(required=True, allow_none=True)
    outcome = fields.Str(
        required=True, allow_none=True, metadata={"description": "a vocabulary that grows"}
    )
    outcome_name = fields.Str(required=True, allow_none=True)
    transferred_to = fields.Str(required=True, allow_none=True)


class CallsOut(ma.Schema):
    """A page of calls, oldest first."""

    items = fields.List(fields.Nested(CallFrameOut), required=True)
    next_cursor = fields.Str(required=True, allow_none=True)


class CallOut(CallFrameOut):
    """A call with its number and sheet; masked for all but the clerk who has it."""

    masked = fields.Bool(required=True)
    number = fields.Str(required=True, allow_none=True)
    sheet = fields.Dict(required=True, allow_none=True, metadata=_TYPED)
    recording = fields.Str(required=True, allow_none=True)
    petition_id = fields.Str(required=True, allow_none=True)
    supplement_id = fields.Str(required=True, allow_none=True)


class AskedOut(ma.Schema):
    """What the caller was asked to supplement, and has not sent."""

    request_id = fields.Str(required=True)
    petition_id = fields.Str(required=True)
    petition_no = fields.Str(required=True)
    what = fields.Str(required=True)
    until = fields.Date(required=True)


class CallbackIn(Body):
    """By when a caller was promised a call, at their number unless another is given."""

    due_at = Moment(required=True)
    number = Text(longest=30, allow_none=True, load_default=None, validate=is_phone)
    about = Text(longest=500, allow_none=True, load_default=None)


class CallbacksQuery(PageQuery):
    """Callbacks that are owed, those of them that are overdue, those that are over, or all."""

    state = Code(("open", "overdue", "over", "all"), load_default="open")
    mine = Code(("true", "false"), load_default="false")


class TryIn(Body):
    """What came of a try to call back."""

    result = Code(tuple(TRIES), names=TRIES, required=True)


class TryOut(ma.Schema):
    """One try."""

    at = fields.AwareDateTime(required=True)
    by = fields.Str(required=True)
    result = fields.Str(required=True, metadata={"description": "a vocabulary that grows"})
    result_name = fields.Str(required=True)


class CallbackOut(ma.Schema):
    """A call that is owed; whom to call and what about is told to who takes it."""

    callback_id = fields.Str(required=True)
    call_id = fields.Str(required=True)
    missed = fields.Bool(required=True)
    due_at = fields.AwareDateTime(required=True)
    overdue = fields.Bool(required=True)
    promised_by = fields.Str(required=True)
    promised_at = fields.AwareDateTime(required=True)
    claimed_by = fields.Str(required=True, allow_none=True)
    claimed_at = fields.AwareDateTime(required=True, allow_none=True)
    tries = fields.List(fields.Nested(TryOut), required=True)
    state = fields.Str(required=True, metadata={"enum": list(CALLBACK_STATES)})
    state_name = fields.Str(required=True)
    closed_for = fields.Str(required=True, allow_none=True)
    closed_for_name = fields.Str(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    number = fields.Str(required=True, allow_none=True)
    about = fields.Str(required=True, allow_none=True)


class CallbacksOut(ma.Schema):
    """A page of callbacks, the one due first before the others."""

    items = fields.List(fields.Nested(CallbackOut), required=True)
    next_cursor = fields.Str(required=True, allow_none=True)


class CallAnsweredOut(ma.Schema):
    """A call that was picked up, and what is known of its number."""

    call = fields.Nested(CallOut, required=True)
    history = fields.Nested(PersonPetitionsOut, required=True)
    supplement_requests = fields.List(fields.Nested(AskedOut), required=True)
    callbacks = fields.List(fields.Nested(CallbackOut), required=True)
