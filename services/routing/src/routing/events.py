"""Events routing emits; each carries its case's whole header, so any order of arrival will do."""

import marshmallow as ma
from marshmallow import fields

from shared.contracts import Events

events = Events("routing")


class Clock(ma.Schema):
    """A statutory clock as routing computed it; `due_at` is exclusive."""

    id = fields.Str(required=True)
    name = fields.Str(required=True)
    basis = fields.Str(required=True)
    kind = fields.Str(required=True)
    start = fields.AwareDateTime(required=True)
    nominal_day = fields.Date(required=True)
    due_day = fields.Date(required=True)
    due_at = fields.AwareDateTime(required=True)
    state = fields.Str(required=True)
    settled_at = fields.AwareDateTime(required=True, allow_none=True)
    provisional = fields.Bool(required=True)


class Header(ma.Schema):
    """The state of a case, whole."""

    case_id = fields.Str(required=True)
    case_no = fields.Str(required=True)
    state = fields.Str(required=True)
    petition_ids = fields.List(fields.Str(), required=True)
    petition_nos = fields.List(fields.Str(), required=True)
    channel = fields.Str(required=True)
    purpose = fields.Str(required=True)
    secret = fields.Bool(required=True)
    category = fields.Str(required=True, allow_none=True)
    category_name = fields.Str(required=True, allow_none=True)
    lead_unit = fields.Str(required=True, allow_none=True)
    lead_unit_name = fields.Str(required=True, allow_none=True)
    co_units = fields.List(fields.Str(), required=True)
    clocks = fields.List(fields.Nested(Clock), required=True)
    received_at = fields.AwareDateTime(required=True)
    opened_at = fields.AwareDateTime(required=True)
    classified_at = fields.AwareDateTime(required=True, allow_none=True)
    forwarded_at = fields.AwareDateTime(required=True, allow_none=True)
    accepted_at = fields.AwareDateTime(required=True, allow_none=True)
    replied_at = fields.AwareDateTime(required=True, allow_none=True)
    served_at = fields.AwareDateTime(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    close_reason = fields.Str(required=True, allow_none=True)
    report_due = fields.Date(required=True, allow_none=True)


class CaseEvent(ma.Schema):
    """Something happened to a case."""

    header = fields.Nested(Header, required=True)


@events.type("case.opened.v1")
class CaseOpened(CaseEvent):
    """A case was opened for a petition; D1 runs from its receipt (T22 Art.22)."""


@events.type("case.classified.v1")
class CaseClassified(CaseEvent):
    """The category was fixed. Title and masked text are null in the secret lane (T22 Art.30)."""

    title = fields.Str(required=True, allow_none=True)
    text = fields.Str(required=True, allow_none=True)


@events.type("case.forwarded.v1")
class CaseForwarded(CaseEvent):
    """Passed to the unit in power, 转送 (T22 Art.22(一)(二)); D3 and D4 run from now."""


@events.type("case.assigned.v1")
class CaseAssigned(CaseEvent):
    """Assigned with a date to report back by, 交办 (T22 Art.22(三)); D3, D4 and D7 run from now."""


@events.type("case.accepted.v1")
class CaseAccepted(CaseEvent):
    """The unit accepted, 受理 (T22 Art.23); D5 runs from now (Art.34)."""


@events.type("case.replied.v1")
class CaseReplied(CaseEvent):
    """The opinion was issued (T22 Art.32). The masked reply is null in the secret lane."""

    reply = fields.Str(required=True, allow_none=True)


@events.type("case.served.v1")
class CaseServed(CaseEvent):
    """The opinion reached the petitioner (T22 Art.35), which meets D5."""

    method = fields.Str(required=True, allow_none=True)


@events.type("case.closed.v1")
class CaseClosed(CaseEvent):
    """The case ended, 结案; `header.close_reason` says why."""
