"""Events sync-municipal listens to: every change of a case, with the header that decides."""

from collections.abc import Sequence

from marshmallow import fields

from shared.case_marks import CaseMarksRead
from shared.clock import Clock
from shared.contracts import Event, Reads, Subscriptions
from shared.db import Session
from sync_municipal.use_cases import forgetting, recording

subscriptions = Subscriptions("sync-municipal")


class HeaderRead(CaseMarksRead, Reads):
    """The case header; what is not named here can never reach the city, nor can marks."""

    case_id = fields.Str(required=True)
    petition_ids = fields.List(fields.Str(), required=True)
    secret = fields.Bool(required=True)
    classified_at = fields.Str(required=True, allow_none=True)
    state = fields.Str(required=True)
    case_no = fields.Str(load_default=None, allow_none=True)
    petition_nos = fields.List(fields.Str(), load_default=list)
    channel = fields.Str(load_default=None, allow_none=True)
    purpose = fields.Str(load_default=None, allow_none=True)
    category = fields.Str(load_default=None, allow_none=True)
    category_name = fields.Str(load_default=None, allow_none=True)
    lead_unit = fields.Str(load_default=None, allow_none=True)
    lead_unit_name = fields.Str(load_default=None, allow_none=True)
    co_units = fields.List(fields.Str(), load_default=list)
    clocks = fields.List(fields.Dict(keys=fields.Str()), load_default=list)
    received_at = fields.Str(load_default=None, allow_none=True)
    opened_at = fields.Str(load_default=None, allow_none=True)
    accepted_at = fields.Str(load_default=None, allow_none=True)
    replied_at = fields.Str(load_default=None, allow_none=True)
    served_at = fields.Str(load_default=None, allow_none=True)
    closed_at = fields.Str(load_default=None, allow_none=True)
    close_reason = fields.Str(load_default=None, allow_none=True)
    report_due = fields.Str(load_default=None, allow_none=True)
    route = fields.Str(load_default=None, allow_none=True)
    handling = fields.Str(load_default=None, allow_none=True)


class CaseRead(Reads):
    """A case event; only case.classified has title and text, masked, outside the secret lane."""

    header = fields.Nested(HeaderRead, required=True)
    title = fields.Str(load_default=None, allow_none=True)
    text = fields.Str(load_default=None, allow_none=True)


class PetitionErased(Reads):
    """A petition whose words are to be forgotten, and the cases that have had them."""

    petition_id = fields.Str(required=True)
    case_ids = fields.List(fields.Str(), required=True)
    at = fields.AwareDateTime(required=True)


@subscriptions.on("petition.erased.v1", from_="intake", reads=PetitionErased, batch=True)
def forget(events: Sequence[Event], *, session: Session, clock: Clock) -> None:
    """Forget the words of petitions that were erased (TPI Art.47)."""
    forgetting.forget(session, events)


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
    from_="routing",
    reads=CaseRead,
    batch=True,
    projection=True,
)
def keep_ledger(events: Sequence[Event], *, session: Session, clock: Clock) -> None:
    """Know the case, and write down what the city is to be told of it."""
    recording.keep_cases(session, events)
    recording.write_exchanges(session, events, now=clock.now())


@subscriptions.on(
    "case.access_changed.v1", from_="routing", reads=CaseRead, batch=True, projection=True
)
def keep_access(events: Sequence[Event], *, session: Session, clock: Clock) -> None:
    """Know who may know of a case; the city is told nothing of it."""
    recording.keep_cases(session, events)
