"""Events supervision listens to: petitions as registered, and everything a case goes through.

intake   petition.registered.v1 -> petitions
routing  case.*                 -> cases, clocks (replaced whole), entries (once an event)
routing  case.access_changed.v1 -> cases, marks; nothing to show to anybody
routing  document.issued.v1     -> entries
"""

from collections.abc import Sequence

from marshmallow import fields

from shared.case_marks import CaseMarksRead
from shared.clock import Clock
from shared.contracts import Event, Reads, Subscriptions
from shared.db import Session
from supervision import use_cases
from supervision.telling import CASE_EVENTS

subscriptions = Subscriptions("supervision")


class PetitionRead(Reads):
    """A petition as registered; never its text."""

    petition_no = fields.Str(required=True)
    secret = fields.Bool(required=True)
    registered_at = fields.AwareDateTime(required=True)


class ClockRead(Reads):
    """A statutory clock as routing computed it."""

    id = fields.Str(required=True)
    name = fields.Str(required=True)
    basis = fields.Str(required=True)
    kind = fields.Str(required=True)
    start = fields.Str(load_default=None, allow_none=True)
    nominal_day = fields.Str(load_default=None, allow_none=True)
    due_day = fields.Date(required=True)
    due_at = fields.AwareDateTime(required=True)
    state = fields.Str(required=True)
    settled_at = fields.Str(load_default=None, allow_none=True)
    provisional = fields.Bool(load_default=False)


def _shown() -> fields.Str:
    """A field that is only passed on to whoever reads the timeline."""
    return fields.Str(load_default=None, allow_none=True)


class HeaderRead(CaseMarksRead, Reads):
    """The case header: state travels whole in every case event."""

    case_no = _shown()
    state = fields.Str(required=True)
    petition_ids = fields.List(fields.Str(), required=True)
    petition_nos = fields.List(fields.Str(), load_default=list)
    channel = _shown()
    purpose = _shown()
    secret = fields.Bool(required=True)
    category = _shown()
    category_name = _shown()
    lead_unit = fields.Str(required=True, allow_none=True)
    lead_unit_name = _shown()
    co_units = fields.List(fields.Str(), load_default=list)
    clocks = fields.List(fields.Nested(ClockRead), required=True)
    received_at = _shown()
    opened_at = _shown()
    classified_at = _shown()
    forwarded_at = _shown()
    accepted_at = _shown()
    replied_at = _shown()
    served_at = _shown()
    closed_at = _shown()
    close_reason = _shown()
    report_due = _shown()
    route = _shown()
    handling = _shown()


class CaseRead(Reads):
    """A case event, what only some types have included; title, text and reply are left unread."""

    header = fields.Nested(HeaderRead, required=True)
    petition_id = _shown()
    ground = _shown()
    route = _shown()
    level = _shown()
    decision = _shown()
    into = _shown()
    action = _shown()
    action_name = _shown()
    kind = _shown()
    kind_name = _shown()
    unit = _shown()
    due = _shown()


class DocumentRead(Reads):
    """A document's number and kind."""

    case_id = fields.Str(required=True)
    document_id = fields.Str(required=True)
    kind = fields.Str(required=True)
    number = fields.Str(required=True)
    unit = fields.Str(required=True)


@subscriptions.on(
    "petition.registered.v1", from_="intake", reads=PetitionRead, batch=True, projection=True
)
def keep_petitions(events: Sequence[Event], *, session: Session, clock: Clock) -> None:
    """Know each registered petition, so that one without a case is noticed."""
    use_cases.keep_petitions(session, events=events)


@subscriptions.on(*CASE_EVENTS, from_="routing", reads=CaseRead, batch=True, projection=True)
def keep_cases(events: Sequence[Event], *, session: Session, clock: Clock) -> None:
    """Keep the newest header of each case and one timeline entry for each event."""
    use_cases.keep_cases(session, events=events, now=clock.now())


@subscriptions.on(
    "case.access_changed.v1", from_="routing", reads=CaseRead, batch=True, projection=True
)
def keep_access(events: Sequence[Event], *, session: Session, clock: Clock) -> None:
    """Keep who may know of a case; it is no entry of its timeline."""
    use_cases.keep_headers(session, events=events, now=clock.now())


@subscriptions.on(
    "document.issued.v1", from_="routing", reads=DocumentRead, batch=True, projection=True
)
def keep_documents(events: Sequence[Event], *, session: Session, clock: Clock) -> None:
    """Keep one timeline entry for each document that was issued."""
    use_cases.keep_documents(session, events=events)
