"""What becomes of a letter: a petition, a supplement to one, or neither.

Its scans become attachments in the same transaction: none is lost or doubled, whenever it ends.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import letters
from intake.resources import Resources
from intake.use_cases.attaching import count_attached, too_many
from intake.use_cases.auditing import append, entry
from intake.use_cases.erasing import BY_RULE
from intake.use_cases.letters.finding import waiting_letter
from intake.use_cases.registering import register
from intake.use_cases.supplementing import supplement
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session
from shared.errors import NotFound

_letters, _scans, _pages = models.incoming_letters, models.letter_scans, models.letter_pages
_attachments = models.attachments


def register_letter(
    session: Session,
    *,
    letter_id: str,
    petition: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Register the petition that a letter holds, received when it came (T22 Art.22).

    Conflict where the letter was dealt with; refused as `register` refuses.
    """
    letter = waiting_letter(session, letter_id, by=by)
    receipt = register(
        session,
        petition={**petition, **_came(letter), "at": None},
        by=by,
        clock=clock,
        resources=resources,
    )
    _hand_over(session, letter_id, receipt["petition_id"])
    _settle(session, letter_id, letters.REGISTERED, by, clock, petition_id=receipt["petition_id"])
    return receipt


def file_letter(
    session: Session,
    *,
    letter_id: str,
    petition_no: str,
    content: str,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """File a letter as a supplement to the petition that it belongs to, with its scans.

    NotFound where there is no such petition, or none for the caller; Conflict where the letter was
    dealt with, or the petition would have too many attachments.
    """
    letter = waiting_letter(session, letter_id, by=by)
    petitions = models.petitions
    petition_id = session.scalar(
        sa.select(petitions.c.petition_id)
        .where(petitions.c.petition_no == petition_no, petitions.c.erased_at.is_(None))
        .with_for_update(key_share=True)
    )
    if petition_id is None:
        raise NotFound()
    said = {"content": content, "email": None, **_came(letter)}
    filed = supplement(
        session, petition_id=petition_id, said=said, by=by, clock=clock, resources=resources
    )
    _hand_over(session, letter_id, petition_id)
    if count_attached(session, petition_id) > resources.files.most:
        raise too_many(resources.files.most)
    _settle(session, letter_id, letters.SUPPLEMENTED, by, clock, petition_id=petition_id)
    return filed


def close_letter(
    session: Session,
    *,
    letter_id: str,
    reason: str,
    note: str | None,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Close a letter of which nothing is registered, saying why; it is kept with its scans."""
    waiting_letter(session, letter_id, by=by)
    sealed = resources.ring.encrypt(note, place=f"{letter_id}/note") if note else None
    _settle(session, letter_id, letters.CLOSED, by, clock, reason=reason, note=sealed)
    return {"letter_id": letter_id, "state": letters.CLOSED}


def forget_letters(session: Session, *, now: dt.datetime, resources: Resources, most: int) -> int:
    """Forget who sent the next letters that were closed long ago, and their scans; how many.

    What stays is when they came and why they were closed. Their stored bytes are swept.
    """
    if not resources.closed_letters_last:
        return 0
    due = list(
        session.scalars(
            sa.select(_letters.c.letter_id)
            .where(
                _letters.c.state == letters.CLOSED,
                _letters.c.erased_at.is_(None),
                _letters.c.dealt_at < now - resources.closed_letters_last,
            )
            .order_by(_letters.c.received_at, _letters.c.letter_id)
            .limit(most)
            .with_for_update()
        )
    )
    if not due:
        return 0
    _forget_scans(session, due)
    gone = {"sender": None, "enclosures": None, "note": None, "mail_no": None, "erased_at": now}
    session.execute(sa.update(_letters).where(_letters.c.letter_id.in_(due)).values(gone))
    erased = [
        entry(act="erase", who=BY_RULE, at=now, facts={"letter_id": letter_id}) for letter_id in due
    ]
    append(session, erased, now=now, keys=resources.audit_keys)
    return len(due)


def _came(letter: sa.Row[Any]) -> dict[str, Any]:
    """How what a letter holds came in, as the one contract says it."""
    return {
        "channel": letters.CHANNEL,
        "received_at": letter.received_at,
        "external_ref": {"system": letters.SYSTEM, "id": letter.letter_id},
    }


def _hand_over(session: Session, letter_id: str, petition_id: str) -> None:
    """Make a letter's scans attachments; one whose bytes the petition has already is let go."""
    has = sa.select(_attachments.c.digest).where(_attachments.c.petition_id == petition_id)
    names = [column.name for column in _attachments.c if column.name != "petition_id"]
    moved = sa.select(sa.literal(petition_id), *(_scans.c[name] for name in names)).where(
        _scans.c.letter_id == letter_id, _scans.c.digest.not_in(has)
    )
    session.execute(sa.insert(_attachments).from_select(["petition_id", *names], moved))
    _forget_scans(session, [letter_id])


def _forget_scans(session: Session, letter_ids: list[str]) -> None:
    """Remove letters' scans, and what was recognised of them."""
    own = sa.select(_scans.c.attachment_id).where(_scans.c.letter_id.in_(letter_ids))
    session.execute(sa.delete(_pages).where(_pages.c.attachment_id.in_(own)))
    session.execute(sa.delete(_scans).where(_scans.c.letter_id.in_(letter_ids)))


def _settle(
    session: Session, letter_id: str, state: str, by: Principal, clock: Clock, **became: Any
) -> None:
    dealt = {"state": state, "dealt_at": clock.now(), "dealt_by": by.sub}
    session.execute(
        sa.update(_letters).where(_letters.c.letter_id == letter_id).values(dealt | became)
    )
