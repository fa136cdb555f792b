"""Events routing listens to: petitions, for each of which a case is opened."""

import datetime as dt
from collections.abc import Sequence

from marshmallow import ValidationError, fields

from routing import use_cases
from routing.domain.requests import KINDS
from routing.resources import Resources
from shared.clock import Clock
from shared.contracts import Event, Reads, Subscriptions
from shared.db import Session

subscriptions = Subscriptions("routing")


def _is_day(text: str) -> None:
    try:
        dt.date.fromisoformat(text)
    except ValueError as error:
        raise ValidationError("not a day") from error


def _is_level(text: str) -> None:
    if text not in KINDS:
        raise ValidationError("no level of review")


class PetitionRegistered(Reads):
    """What routing needs in order to open a case."""

    petition_id = fields.Str(required=True)
    petition_no = fields.Str(required=True)
    channel = fields.Str(required=True)
    purpose = fields.Str(required=True)
    secret = fields.Bool(required=True)
    received_at = fields.AwareDateTime(required=True)
    addressee = fields.Str(load_default=None, allow_none=True)
    suspected = fields.Bool(load_default=False)


class PetitionText(Reads):
    """A petition's masked words."""

    petition_id = fields.Str(required=True)
    title = fields.Str(required=True)
    content = fields.Str(required=True)
    place = fields.Str(load_default=None, allow_none=True)


class PetitionNamed(Reads):
    """Which petition something is told of."""

    petition_id = fields.Str(required=True)


class Words(Reads):
    """A petition's masked words."""

    title = fields.Str(required=True)
    content = fields.Str(required=True)
    place = fields.Str(required=True, allow_none=True)


class PetitionCorrected(PetitionNamed):
    """A petition's words as they were told and as they are; null in the secret lane."""

    before = fields.Nested(Words, required=True, allow_none=True)
    after = fields.Nested(Words, required=True, allow_none=True)


class PetitionWithdrawalRequested(PetitionNamed):
    """That a petition is withdrawn, by which proof, received when."""

    request_id = fields.Str(required=True)
    proof = fields.Str(required=True)
    received_on = fields.Str(required=True, validate=_is_day)


class PetitionReviewRequested(PetitionWithdrawalRequested):
    """That review or re-review (`level`) is applied for, of which case, posted when."""

    level = fields.Str(required=True, validate=_is_level)
    case_id = fields.Str(load_default=None, allow_none=True)
    mailed_on = fields.Str(load_default=None, allow_none=True, validate=_is_day)


class PetitionSupplemented(PetitionNamed):
    """That something was sent afterwards, received when."""

    supplement_id = fields.Str(required=True)
    received_on = fields.Str(required=True, validate=_is_day)


class PetitionErased(Reads):
    """A petition whose words are to be forgotten, and the cases that have had them."""

    petition_id = fields.Str(required=True)
    case_ids = fields.List(fields.Str(), required=True)
    at = fields.AwareDateTime(required=True)


@subscriptions.on("petition.registered.v1", from_="intake", reads=PetitionRegistered, batch=True)
def open_cases(
    events: Sequence[Event], *, session: Session, clock: Clock, resources: Resources
) -> None:
    """Open a case for each new petition (T22 Art.22)."""
    use_cases.open_cases(session, registered=events, clock=clock, resources=resources)


@subscriptions.on("petition.text.v1", from_="intake", reads=PetitionText, batch=True)
def keep_texts(
    events: Sequence[Event], *, session: Session, clock: Clock, resources: Resources
) -> None:
    """Put the words to their cases and suggest category and unit."""
    use_cases.keep_texts(
        session, texts=[event.data for event in events], clock=clock, resources=resources
    )


@subscriptions.on("petition.cleared.v1", from_="intake", reads=PetitionNamed)
def clear_suspicion(event: Event, *, session: Session, clock: Clock, resources: Resources) -> None:
    """Take the case out of the secret lane, where suspicion alone had put it there."""
    use_cases.follow(session, event=event, clock=clock, resources=resources)


@subscriptions.on("petition.corrected.v1", from_="intake", reads=PetitionCorrected)
def follow_correction(
    event: Event, *, session: Session, clock: Clock, resources: Resources
) -> None:
    """Let the case's words follow its petition's, unless they have become its own."""
    use_cases.follow(session, event=event, clock=clock, resources=resources)


@subscriptions.on("petition.voided.v1", from_="intake", reads=PetitionNamed)
def void_petition(event: Event, *, session: Session, clock: Clock, resources: Resources) -> None:
    """Take a void petition out of its case, which ends where it holds no other."""
    use_cases.follow(session, event=event, clock=clock, resources=resources)


@subscriptions.on(
    "petition.withdrawal_requested.v1", from_="intake", reads=PetitionWithdrawalRequested
)
def withdraw(event: Event, *, session: Session, clock: Clock, resources: Resources) -> None:
    """Take a petition out of its cases as its petitioner asks, where the procedure lets them."""
    use_cases.follow(session, event=event, clock=clock, resources=resources)


@subscriptions.on("petition.review_requested.v1", from_="intake", reads=PetitionReviewRequested)
def ask_review(event: Event, *, session: Session, clock: Clock, resources: Resources) -> None:
    """Open review or re-review where it is applied for in time (T22 Arts.35, 36)."""
    use_cases.follow(session, event=event, clock=clock, resources=resources)


@subscriptions.on("petition.supplemented.v1", from_="intake", reads=PetitionSupplemented)
def note_supplement(event: Event, *, session: Session, clock: Clock, resources: Resources) -> None:
    """Say in the case's journal that there is new material, which is read at intake."""
    use_cases.follow(session, event=event, clock=clock, resources=resources)


@subscriptions.on("petition.erased.v1", from_="intake", reads=PetitionErased, batch=True)
def forget(events: Sequence[Event], *, session: Session, clock: Clock) -> None:
    """Forget the words of petitions that were erased (TPI Art.47)."""
    use_cases.forget(session, erased=events)
