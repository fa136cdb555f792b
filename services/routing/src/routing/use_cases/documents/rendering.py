"""Rendering issued papers, outside of any transaction: it takes seconds."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing.domain import documents as papers
from routing.layout.child import FORMATS, RenderingFailed
from routing.models.documents import documents
from routing.resources import Resources
from routing.use_cases.documents import access, reading, sealed
from routing.use_cases.documents.access import kind_of
from routing.use_cases.documents.drafting import write
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Database, Session
from shared.errors import Forbidden

LEASE = dt.timedelta(minutes=5)
BACKOFF = dt.timedelta(seconds=30)
ATTEMPTS = 6


def render_next(db: Database, *, clock: Clock, resources: Resources) -> bool | None:
    """Render the paper that has waited longest: True, False where it failed, None if none waits.

    A failure is kept on the paper and tried again after a growing wait, six times in all.
    """
    with db.write() as session:
        row = _take(session, now=clock.now())
    if row is None:
        return None
    try:
        made = resources.papers.render(sealed.open_(row, "text", resources))
        pdf = resources.papers.seal.stamp(made["pdf"], unit=row["unit"], number=row["number"])
    except RenderingFailed as failure:
        with db.write() as session:
            _failed(session, row, str(failure), now=clock.now())
        return False
    now = clock.now()
    files = {"pdf": pdf, "docx": made["docx"]}
    with db.write() as session:
        kept = {
            name: sealed.keep_bytes(
                session, data, media_type=FORMATS[name], now=now, resources=resources
            )
            for name, data in files.items()
        }
        # What was rendered first stays: a second renderer's bytes differ by their time at least.
        own = sa.and_(
            documents.c.document_id == row["document_id"], documents.c.rendering != "done"
        )
        done = {"rendering": "done", "next_attempt_at": None, "last_error": None}
        session.execute(sa.update(documents).where(own).values(done | kept))
    return True


def _take(session: Session, *, now: dt.datetime) -> dict[str, Any] | None:
    waiting = (
        sa.select(documents)
        .where(
            documents.c.rendering.in_(("waiting", "failed")),
            documents.c.next_attempt_at <= now,
        )
        .order_by(documents.c.next_attempt_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.execute(waiting).first()
    if row is None:
        return None
    own = documents.c.seq == row.seq
    session.execute(sa.update(documents).where(own).values(next_attempt_at=now + LEASE))
    return dict(row._mapping)


def _failed(session: Session, row: Mapping[str, Any], why: str, *, now: dt.datetime) -> None:
    attempts = row["attempts"] + 1
    again = now + BACKOFF * 2**attempts if attempts < ATTEMPTS else None
    values = {
        "rendering": "failed",
        "attempts": attempts,
        "last_error": why[:200],
        "next_attempt_at": again,
    }
    own = sa.and_(documents.c.seq == row["seq"], documents.c.rendering != "done")
    session.execute(sa.update(documents).where(own).values(values))


def render_now(
    session: Session, *, document_id: str, by: Principal, now: dt.datetime, resources: Resources
) -> dict[str, Any]:
    """Try a paper again that could not be rendered."""
    row = access.visible_document(session, document_id=document_id, by=by, lock=True)
    document = kind_of(row["kind"], resources)
    if not access.may(row, by, papers.DRAWS):
        raise Forbidden()
    if row["rendering"] != "failed":
        access.refuse_state(row, "render", access.allowed(row, document, by))
    values = {"rendering": "waiting", "attempts": 0, "next_attempt_at": now}
    row = write(session, row, values, now=now)
    return reading.present_one(session, row, by=by, resources=resources)


def unrendered(session: Session) -> dict[str, int]:
    """How many papers wait for rendering and how many failed, for a gauge."""
    counted = (
        sa.select(documents.c.rendering, sa.func.count())
        .where(documents.c.rendering.in_(("waiting", "failed")))
        .group_by(documents.c.rendering)
    )
    found = {state: count for state, count in session.execute(counted)}
    return {state: found.get(state, 0) for state in ("waiting", "failed")}
