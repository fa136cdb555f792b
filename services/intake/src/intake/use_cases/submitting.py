"""Submitting drafts, and forgetting them.

One transaction makes a draft a petition and its files attachments, and keeps the sealed query code
a day for who submits it again: an answer that was lost costs nobody their code.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import drafts as rules
from intake.resources import Resources
from intake.use_cases.accounts import PUBLIC, keep_for
from intake.use_cases.draft_rows import check_version, fields_of, find_draft, forget, registered
from intake.use_cases.drafts import Parse
from intake.use_cases.notices import choice_of
from intake.use_cases.registering import register
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session

_drafts, _files = models.drafts, models.draft_files


def submit_draft(
    session: Session,
    *,
    draft_id: str,
    version: int,
    parse: Parse,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Make a draft a petition with all its files; once more, the same receipt (T22 Arts.17, 22).

    Invalid where it is no petition yet, 412 where another device has changed it since; Conflict
    (`already_registered`, with the number) once the code is no longer kept.
    """
    now = clock.now()
    row = find_draft(session, draft_id, by=by, now=now, resources=resources, lock=True)
    if row.petition_id is not None:
        return _receipt(session, row, now=now, resources=resources)
    check_version(row, version)
    reference = {"system": rules.SYSTEM, "id": draft_id}
    petition = parse(fields_of(row, resources)) | {"external_ref": reference}
    receipt = register(
        session, petition=petition, by=PUBLIC, clock=clock, resources=resources, publicly=True
    )
    petition_id = receipt["petition_id"]
    _attach_files(session, draft_id, petition_id)
    code = resources.ring.encrypt(receipt["query_code"], place=f"{draft_id}/query_code")
    session.execute(
        sa.update(_drafts)
        .where(_drafts.c.draft_id == draft_id)
        .values(
            content=None,
            petition_id=petition_id,
            petition_no=receipt["petition_no"],
            query_code=code,
            submitted_at=now,
        )
    )
    if row.account_id is not None:
        keep_for(session, row.account_id, petition_id, now=now)
    return receipt | {"choice": choice_of(session, petition_id)}


def forget_drafts(session: Session, *, now: dt.datetime, most: int) -> int:
    """Forget drafts that are over, and query codes that were kept long enough; how many drafts."""
    session.execute(
        sa.update(_drafts)
        .where(_drafts.c.submitted_at <= now - rules.CODE_KEPT, _drafts.c.query_code.is_not(None))
        .values(query_code=None)
    )
    over = session.scalars(
        sa.select(_drafts.c.draft_id)
        .where(_drafts.c.expires_at <= now)
        .order_by(_drafts.c.draft_id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    forget(session, over)
    return len(over)


def _receipt(
    session: Session, row: sa.Row[Any], *, now: dt.datetime, resources: Resources
) -> dict[str, Any]:
    if row.query_code is None or row.submitted_at <= now - rules.CODE_KEPT:
        raise registered(row)
    code = resources.ring.decrypt(row.query_code, place=f"{row.draft_id}/query_code")
    return {
        "petition_id": row.petition_id,
        "petition_no": row.petition_no,
        "query_code": code,
        "choice": choice_of(session, row.petition_id),
    }


def _attach_files(session: Session, draft_id: str, petition_id: str) -> None:
    """Make the draft's files the petition's attachments, as its citizen's."""
    names = [column.name for column in _files.c if column.name != "draft_id"]
    theirs = sa.literal(petition_id)
    moved = sa.select(theirs, theirs, *(_files.c[name] for name in names)).where(
        _files.c.draft_id == draft_id
    )
    columns = ["petition_id", "added_by", *names]
    session.execute(sa.insert(models.attachments).from_select(columns, moved))
    session.execute(sa.delete(_files).where(_files.c.draft_id == draft_id))
