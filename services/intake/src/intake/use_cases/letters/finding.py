"""A letter found, for whom it is theirs to know."""

from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.letters import CLOSED, STATES, WAITING
from intake.use_cases.seeing import may_know_letter
from shared.auth import Principal
from shared.db import Session
from shared.errors import Conflict, NotFound, both

_letters, _petitions = models.incoming_letters, models.petitions


def found_letter(
    session: Session, letter_id: str, *, by: Principal, locked: bool = False
) -> sa.Row[Any]:
    """The letter, `locked` until the transaction ends; NotFound where it is not theirs to know."""
    found = sa.select(_letters).where(_letters.c.letter_id == letter_id)
    row = session.execute(found.with_for_update() if locked else found).first()
    own = _letters.c.letter_id == letter_id
    known = sa.select(_letters.c.letter_id).where(own, may_know_letter(by))
    if row is None or session.scalar(known) is None:
        raise NotFound()
    return row


def waiting_letter(session: Session, letter_id: str, *, by: Principal) -> sa.Row[Any]:
    """A letter that waits, locked; Conflict where it was dealt with, told with what came of it."""
    row = found_letter(session, letter_id, by=by, locked=True)
    if row.state == WAITING:
        return row
    if row.state == CLOSED:
        raise _dealt(row)
    number = session.scalar(
        sa.select(_petitions.c.petition_no).where(_petitions.c.petition_id == row.petition_id)
    )
    raise _dealt(row, petition_id=row.petition_id, petition_no=number)


def _dealt(row: sa.Row[Any], **told: Any) -> Conflict:
    reason = both(
        f"这封来信{STATES[row.state]}。", f"This letter was dealt with; it is {row.state}."
    )
    return Conflict(reason, code="dealt_with", state=row.state, **told)
