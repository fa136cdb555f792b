"""Scans of a letter that is no petition's yet: examined and stored first, as attachments are."""

from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.attachments import LOOKED_AT
from intake.domain.letters import SCAN_KINDS, WAITING
from intake.files.storage import StorageAway
from intake.resources import Resources
from intake.use_cases.attaching import Taken, digests_of, sealed_row, shown, store, too_many
from intake.use_cases.attachments import sealed_link
from intake.use_cases.auditing import write_down
from intake.use_cases.letters.book import reading_shown
from intake.use_cases.letters.finding import found_letter, waiting_letter
from intake.use_cases.seeing import may_know_letter, seen_by, words_kept_from
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Database, Session
from shared.errors import NotFound
from shared.web.api import Upload

_letters, _scans = models.incoming_letters, models.letter_scans


def take_scan(
    db: Database, *, letter_id: str, upload: Upload, by: Principal, resources: Resources
) -> Taken | None:
    """Examine a scan, seal it and store it; None, and nothing stored, where none may be added."""
    with db.read() as session:
        waits = sa.select(_letters.c.letter_id).where(
            _letters.c.letter_id == letter_id, _letters.c.state == WAITING, may_know_letter(by)
        )
        if session.scalar(waits) is None:
            return None
        known = _known(session, letter_id, digests_of(upload, resources.ring))
        if known is not None or _count(session, letter_id) >= resources.files.most:
            return None
    return store(upload, resources=resources, kinds=SCAN_KINDS)


def add_scan(
    session: Session,
    *,
    letter_id: str,
    upload: Upload,
    taken: Taken | None,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Add what `take_scan` took; the same bytes again are the same scan.

    Where another letter or a petition has the same bytes, that is said with it: somebody has
    scanned one letter twice. Conflict where the letter was dealt with, or has enough scans.
    """
    waiting_letter(session, letter_id, by=by)
    digests = digests_of(upload, resources.ring)
    known = _known(session, letter_id, digests)
    if known is None:
        if _count(session, letter_id) >= resources.files.most:
            raise too_many(resources.files.most)
        if taken is None:
            # What stood in the way when it was sent is gone since: the caller tries again.
            raise StorageAway()
        row = sealed_row(taken, digest=digests[0], at=clock.now(), ring=resources.ring)
        reading = {"reading": "waiting", "read_from": clock.now(), "read_tries": 0}
        owned = {"letter_id": letter_id, "added_by": by.sub, "pages": taken.pages}
        session.execute(sa.insert(_scans), row | reading | owned)
        known = _known(session, letter_id, digests)
    assert known is not None
    return (
        shown(known, resources.ring)
        | reading_shown(known.reading, resources)
        | {"again": taken is None or taken.attachment_id != known.attachment_id}
        | _elsewhere(session, letter_id, digests, by)
    )


def link_to_scan(
    session: Session,
    *,
    letter_id: str,
    attachment_id: str,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """A link to one scan, as `link_to` gives one to an attachment; written down."""
    found_letter(session, letter_id, by=by)
    own = sa.select(_scans.c.attachment_id).where(
        _scans.c.letter_id == letter_id, _scans.c.attachment_id == attachment_id
    )
    if session.scalar(own) is None:
        raise NotFound()
    write_down(
        session,
        act="attachment",
        who=by.sub,
        purpose=LOOKED_AT,
        facts={"letter_id": letter_id, "attachment_id": attachment_id},
        clock=clock,
        keys=resources.audit_keys,
    )
    return sealed_link(attachment_id, by=by, clock=clock, resources=resources)


def _known(session: Session, letter_id: str, digests: list[bytes]) -> sa.Row[Any] | None:
    found = sa.select(_scans).where(_scans.c.letter_id == letter_id, _scans.c.digest.in_(digests))
    return session.execute(found).first()


def _count(session: Session, letter_id: str) -> int:
    found = sa.select(sa.func.count()).where(_scans.c.letter_id == letter_id)
    return session.scalar(found) or 0


def _elsewhere(
    session: Session, letter_id: str, digests: list[bytes], by: Principal
) -> dict[str, list[str]]:
    """Other letters, and petitions, that have the same bytes and are the caller's to know."""
    others = (
        sa.select(_letters.c.letter_id)
        .join_from(_letters, _scans, _scans.c.letter_id == _letters.c.letter_id)
        .where(_scans.c.digest.in_(digests), _letters.c.letter_id != letter_id, may_know_letter(by))
    )
    petitions, attached = models.petitions, models.attachments
    registered = (
        sa.select(petitions.c.petition_no)
        .join_from(petitions, attached, attached.c.petition_id == petitions.c.petition_id)
        .where(attached.c.digest.in_(digests), seen_by(by), sa.not_(words_kept_from(by)))
    )
    return {
        "same_letters": sorted(session.scalars(others)),
        "same_petitions": sorted(session.scalars(registered)),
    }
