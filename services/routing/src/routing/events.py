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
    route = fields.Str(allow_none=True)
    handling = fields.Str(allow_none=True)
    withheld_from = fields.List(
        fields.Str(),
        metadata={
            "description": "marks of the accounts and units from whom the case is withheld; every "
            "service keeps it from them"
        },
    )
    named_readers = fields.List(
        fields.Str(), metadata={"description": "marks of the accounts that may see it by name"}
    )
    words_of = fields.List(
        fields.Str(),
        metadata={
            "description": "petitions of another case, off which this accusation was split: their "
            "words as received accuse as well"
        },
    )


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


@events.type("case.joined.v1")
class CaseJoined(CaseEvent):
    """Another petition about the same matter joined the case (T22 Art.19; P-CF)."""

    petition_id = fields.Str(required=True)


@events.type("case.objected.v1")
class CaseObjected(CaseEvent):
    """The unit says that the matter is not its own, 异议 (T22 Art.23(3)); the bureau decides."""


@events.type("case.declined.v1")
class CaseDeclined(CaseEvent):
    """Not accepted 不予受理, or no longer accepted 不再受理 (T22 Arts.19(3), 36(3))."""

    ground = fields.Str(required=True)


@events.type("case.channelled.v1")
class CaseChannelled(CaseEvent):
    """Led into the procedure that the law has for it, 导入法定程序 (T22 Art.31(一)-(四))."""

    route = fields.Str(required=True)


@events.type("case.extended.v1")
class CaseExtended(CaseEvent):
    """The unit's head gave it up to 30 days more, 延期 (T22 Art.34)."""


@events.type("case.review_opened.v1")
class CaseReviewOpened(CaseEvent):
    """A review 复查 or re-review 复核 was asked for in time (T22 Arts.35, 36)."""

    level = fields.Str(required=True)


@events.type("case.review_decided.v1")
class CaseReviewDecided(CaseEvent):
    """The reviewing body issued its opinion (T22 Arts.35, 36)."""

    level = fields.Str(required=True)
    decision = fields.Str(required=True)


@events.type("case.terminated.v1")
class CaseTerminated(CaseEvent):
    """The re-review opinion was served: the matter is ended, 终结 (T22 Art.36(3))."""


@events.type("case.merged.v1")
class CaseMerged(CaseEvent):
    """The case goes on inside another, 并案."""

    into = fields.Str(required=True)


@events.type("case.withdrawn.v1")
class CaseWithdrawn(CaseEvent):
    """Every petitioner of the case withdrew, 撤回."""


@events.type("case.moved.v1")
class CaseMoved(CaseEvent):
    """The case took a step of the procedure that has no event type of its own.

    `action` is the step's name in procedure.yaml: a vocabulary that grows.
    """

    action = fields.Str(required=True)
    action_name = fields.Str(required=True)


@events.type("case.noted.v1")
class CaseNoted(CaseEvent):
    """Something happened beside the procedure: a contact, a meeting, a task, an instruction.

    `kind` is a vocabulary that grows. Nothing of what was said is told.
    """

    kind = fields.Str(required=True)
    kind_name = fields.Str(required=True)
    unit = fields.Str(required=True, allow_none=True)
    due = fields.Date(required=True, allow_none=True)


@events.type("case.access_changed.v1")
class CaseAccessChanged(CaseEvent):
    """Who may know of the case changed; the header alone says how, by marks (T22 Arts.28, 30, 46).

    No step of the case, and nothing to show to anybody.
    """


@events.type("case.request_answered.v1", only=("intake",), optional=True)
class CaseRequestAnswered(CaseEvent):
    """What became of a petitioner's request: done, waiting for staff, or refused, and why.

    `kind`, `answer` and `reason` are vocabularies that grow; a later answer to the same request
    has a higher `answer_no`.
    """

    request_id = fields.Str(required=True)
    petition_id = fields.Str(required=True)
    kind = fields.Str(required=True)
    answer = fields.Str(required=True)
    answer_no = fields.Int(required=True)
    reason = fields.Str(required=True, allow_none=True)


@events.type("document.issued.v1")
class DocumentIssued(ma.Schema):
    """A document was issued: its number and kind, never its words (T22 Arts.22, 23, 32-36)."""

    case_id = fields.Str(required=True)
    document_id = fields.Str(required=True)
    kind = fields.Str(required=True)
    number = fields.Str(required=True)
    unit = fields.Str(required=True)
    issued_at = fields.AwareDateTime(required=True)
