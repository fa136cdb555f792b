"""Events intake listens to: what becomes of each petition's case, for the citizen who asks."""

from collections.abc import Sequence

from marshmallow import fields

from intake import use_cases
from intake.resources import Resources
from intake.use_cases import notices
from shared.case_marks import CaseMarksRead
from shared.clock import Clock
from shared.contracts import Event, Reads, Subscriptions
from shared.db import Session

subscriptions = Subscriptions("intake")


class ClockRead(Reads):
    """A clock's name and day."""

    id = fields.Str(required=True)
    due_day = fields.Str(required=True)
    state = fields.Str(load_default=None)


class HeaderRead(CaseMarksRead, Reads):
    """The part of the case header that tells where the case is, and who may know of it."""

    case_id = fields.Str(required=True)
    state = fields.Str(required=True)
    secret = fields.Bool(required=True)
    category = fields.Str(load_default=None, allow_none=True)
    petition_ids = fields.List(fields.Str(), required=True)
    words_of = fields.List(fields.Str(), load_default=list)
    lead_unit = fields.Str(required=True, allow_none=True)
    lead_unit_name = fields.Str(required=True, allow_none=True)
    co_units = fields.List(fields.Str(), required=True)
    clocks = fields.List(fields.Nested(ClockRead), required=True)


class CaseRead(Reads):
    """A case event, and what only one type has: the reply, outside the secret lane, of
    case.replied; who joined; what a review decided; the step that a case took."""

    header = fields.Nested(HeaderRead, required=True)
    reply = fields.Str(load_default=None, allow_none=True)
    petition_id = fields.Str(load_default=None, allow_none=True)
    decision = fields.Str(load_default=None, allow_none=True)
    action = fields.Str(load_default=None, allow_none=True)


class AnswerRead(CaseRead):
    """What became of a petitioner's request; a later answer has a higher number."""

    request_id = fields.Str(required=True)
    kind = fields.Str(required=True)
    answer = fields.Str(required=True)
    answer_no = fields.Int(required=True)
    reason = fields.Str(load_default=None, allow_none=True)


class InvitationRead(Reads):
    """An evaluation that opened: of which petition, and of whom."""

    evaluation_id = fields.Str(required=True)
    petition_id = fields.Str(required=True)
    object = fields.Str(required=True)


@subscriptions.on("evaluation.invited.v1", from_="satisfaction", reads=InvitationRead)
def invite_to_evaluate(
    event: Event, *, session: Session, clock: Clock, resources: Resources
) -> None:
    """Invite the petitioner to say how it went."""
    notices.invite_to_evaluate(session, event=event, resources=resources, now=clock.now())


@subscriptions.on(
    "case.opened.v1",
    "case.classified.v1",
    "case.forwarded.v1",
    "case.assigned.v1",
    "case.accepted.v1",
    "case.replied.v1",
    "case.served.v1",
    "case.closed.v1",
    "case.joined.v1",
    "case.objected.v1",
    "case.declined.v1",
    "case.channelled.v1",
    "case.extended.v1",
    "case.review_opened.v1",
    "case.review_decided.v1",
    "case.terminated.v1",
    "case.merged.v1",
    "case.withdrawn.v1",
    "case.moved.v1",
    "case.noted.v1",
    "case.access_changed.v1",
    from_="routing",
    reads=CaseRead,
    batch=True,
    projection=True,
)
def keep_progress(
    events: Sequence[Event], *, session: Session, clock: Clock, resources: Resources
) -> None:
    """Keep the progress a citizen reads with number and code, and who of staff may know of it;
    queue the notices of it."""
    use_cases.keep_progress(session, events, clock=clock, resources=resources)


@subscriptions.on(
    "case.request_answered.v1", from_="routing", reads=AnswerRead, batch=True, projection=True
)
def keep_answers(
    events: Sequence[Event], *, session: Session, clock: Clock, resources: Resources
) -> None:
    """Keep what became of a petitioner's requests, and tell them where it was not done."""
    use_cases.keep_answers(session, events)
    use_cases.keep_progress(session, events, clock=clock, resources=resources)
