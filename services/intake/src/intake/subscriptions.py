"""Events intake listens to: what becomes of each petition's case, for the citizen who asks."""

from collections.abc import Sequence

from marshmallow import fields

from intake import use_cases
from shared.clock import Clock
from shared.contracts import Event, Reads, Subscriptions
from shared.db import Session

subscriptions = Subscriptions("intake")


class ClockRead(Reads):
    """A clock's name and day."""

    id = fields.Str(required=True)
    due_day = fields.Str(required=True)


class HeaderRead(Reads):
    """The part of the case header that tells a citizen where the case is."""

    case_id = fields.Str(required=True)
    petition_ids = fields.List(fields.Str(), required=True)
    lead_unit = fields.Str(required=True, allow_none=True)
    lead_unit_name = fields.Str(required=True, allow_none=True)
    co_units = fields.List(fields.Str(), required=True)
    clocks = fields.List(fields.Nested(ClockRead), required=True)


class CaseRead(Reads):
    """A case event; only case.replied has a reply, and only outside the secret lane."""

    header = fields.Nested(HeaderRead, required=True)
    reply = fields.Str(load_default=None, allow_none=True)


@subscriptions.on(
    "case.opened.v1",
    "case.classified.v1",
    "case.forwarded.v1",
    "case.assigned.v1",
    "case.accepted.v1",
    "case.replied.v1",
    "case.served.v1",
    "case.closed.v1",
    from_="routing",
    reads=CaseRead,
    batch=True,
    projection=True,
)
def keep_progress(events: Sequence[Event], *, session: Session, clock: Clock) -> None:
    """Keep the progress a citizen reads with number and code."""
    use_cases.keep_progress(session, events)
