"""Events satisfaction listens to: everything a case goes through.

routing  case.*                 -> cases (newest header), evaluations (opened once each)
routing  case.access_changed.v1 -> cases, marks
intake   petition.erased.v1     -> evaluations (no comment any more)
"""

from collections.abc import Sequence

from marshmallow import fields

from satisfaction import use_cases
from satisfaction.resources import Resources
from shared.case_marks import CaseMarksRead
from shared.clock import Clock
from shared.contracts import Event, Reads, Subscriptions
from shared.db import Session

subscriptions = Subscriptions("satisfaction")


class HeaderRead(CaseMarksRead, Reads):
    """The part of the case header that says who may be evaluated, and who may know."""

    case_no = fields.Str(load_default=None, allow_none=True)
    state = fields.Str(required=True)
    petition_ids = fields.List(fields.Str(), required=True)
    secret = fields.Bool(required=True)
    lead_unit = fields.Str(required=True, allow_none=True)
    co_units = fields.List(fields.Str(), load_default=list)
    forwarded_at = fields.AwareDateTime(required=True, allow_none=True)
    served_at = fields.AwareDateTime(required=True, allow_none=True)
    close_reason = fields.Str(load_default=None, allow_none=True)


class CaseRead(Reads):
    """A case event; title, text and reply are left unread."""

    header = fields.Nested(HeaderRead, required=True)


class PetitionErased(Reads):
    """A petition of which no word is kept any more."""

    petition_id = fields.Str(required=True)


@subscriptions.on("petition.erased.v1", from_="intake", reads=PetitionErased, batch=True)
def forget(events: Sequence[Event], *, session: Session, clock: Clock) -> None:
    """Forget what petitioners wrote with their evaluations; grades and counts stay."""
    use_cases.forget(session, petition_ids=[event.data["petition_id"] for event in events])


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
def keep_cases(
    events: Sequence[Event], *, session: Session, clock: Clock, resources: Resources
) -> None:
    """Keep the newest header of each case, and open the evaluations that any header shows open."""
    use_cases.keep_cases(session, events=events)
    use_cases.open_evaluations(session, events=events, office_unit=resources.office_unit)


@subscriptions.on(
    "case.access_changed.v1", from_="routing", reads=CaseRead, batch=True, projection=True
)
def keep_access(events: Sequence[Event], *, session: Session, clock: Clock) -> None:
    """Keep who may know of a case; it opens no evaluation."""
    use_cases.keep_cases(session, events=events)
