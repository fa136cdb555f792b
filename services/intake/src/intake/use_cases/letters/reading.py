"""Reading scans as an aid: claimed under a lease, read outside any transaction, settled."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from intake import models
from intake.domain.recognition import Page
from intake.resources import Resources
from intake.use_cases.attaching import opened_key
from intake.use_cases.letters.book import page_place
from shared.db import Session, upsert

_scans, _pages = models.letter_scans, models.letter_pages
TRIES = 3


class ScanToRead(NamedTuple):
    """A scan that is this process's to read until its lease ends."""

    attachment_id: str
    media_type: str
    storage_key: str
    content_key: bytes


def claim_scan(
    session: Session, *, now: dt.datetime, lease: dt.timedelta, resources: Resources
) -> ScanToRead | None:
    """The next scan to read, for this process alone while the lease lasts.

    One that ended its reader three times is not tried again, and stays to be read by people.
    """
    _give_up(session, now)
    next_one = (
        sa.select(_scans)
        .where(_scans.c.reading == "waiting", _scans.c.read_from <= now)
        .order_by(_scans.c.read_from)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.execute(next_one).first()
    if row is None:
        return None
    session.execute(
        sa.update(_scans)
        .where(_scans.c.attachment_id == row.attachment_id)
        .values(read_from=now + lease, read_tries=_scans.c.read_tries + 1)
    )
    return ScanToRead(
        row.attachment_id, row.media_type, row.storage_key, opened_key(row, resources.ring)
    )


def settle_scan(
    session: Session,
    *,
    attachment_id: str,
    pages: Sequence[Page] | None,
    of: int,
    resources: Resources,
) -> None:
    """Keep what was recognised, sealed; None where nothing could be read of `of` pages.

    Of a scan that became a petition's meanwhile nothing is kept.
    """
    still_here = sa.select(_scans.c.attachment_id).where(_scans.c.attachment_id == attachment_id)
    if session.scalar(still_here.with_for_update()) is None:
        return
    session.execute(
        sa.update(_scans)
        .where(_scans.c.attachment_id == attachment_id)
        .values(reading="failed" if pages is None else "read", pages=of or _scans.c.pages)
    )
    rows = [_sealed_page(attachment_id, page, resources) for page in pages or ()]
    upsert(session, _pages, rows, key=["attachment_id", "page"])


def _give_up(session: Session, now: dt.datetime) -> None:
    session.execute(
        sa.update(_scans)
        .where(
            _scans.c.reading == "waiting", _scans.c.read_from <= now, _scans.c.read_tries >= TRIES
        )
        .values(reading="failed")
    )


def _sealed_page(attachment_id: str, page: Page, resources: Resources) -> dict[str, Any]:
    place = page_place(attachment_id, page.number)
    return {
        "attachment_id": attachment_id,
        "page": page.number,
        "text": resources.ring.encrypt(page.text, place=place),
        "confidence": page.confidence,
    }
