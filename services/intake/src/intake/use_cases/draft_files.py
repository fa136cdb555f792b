"""Photos and papers of a draft: examined and stored first, then noted in one transaction."""

from typing import Any

import sqlalchemy as sa

from intake import models
from intake.files.storage import StorageAway
from intake.resources import Resources
from intake.use_cases.attaching import Taken, digests_of, sealed_row, shown, store, too_many
from intake.use_cases.attachments import Download, opened
from intake.use_cases.draft_rows import check_open, find_draft
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Database, Session
from shared.errors import Conflict, NotFound, Refused, both
from shared.web.api import Upload

_files = models.draft_files


def take_in_for_draft(
    db: Database,
    *,
    draft_id: str,
    upload: Upload,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> Taken | None:
    """Examine a file, seal it and store it, before the transaction that notes it.

    None, and nothing stored, where `add_file` would refuse it, or has it already.
    """
    with db.read() as session:
        try:
            row = find_draft(session, draft_id, by=by, now=clock.now(), resources=resources)
            check_open(row)
            _check_room(session, draft_id, upload.size, resources)
        except Refused:
            return None
        if _known(session, draft_id, digests_of(upload, resources.ring)) is not None:
            return None
    return store(upload, resources=resources)


def add_file(
    session: Session,
    *,
    draft_id: str,
    upload: Upload,
    taken: Taken | None,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Keep with a draft what `take_in_for_draft` took; the same content again is the same file.

    NotFound for whoever the draft is not; Conflict where it is a petition already, or has as many
    files, or as large ones, as it may have.
    """
    now = clock.now()
    row = find_draft(session, draft_id, by=by, now=now, resources=resources, lock=True)
    check_open(row)
    digests = digests_of(upload, resources.ring)
    known = _known(session, draft_id, digests)
    if known is not None:
        return shown(known, resources.ring)
    _check_room(session, draft_id, taken.size if taken else upload.size, resources)
    if taken is None:
        # What stood in the way when it was sent is gone since: the caller tries again.
        raise StorageAway()
    kept = sealed_row(taken, digest=digests[0], at=now, ring=resources.ring)
    session.execute(sa.insert(_files), kept | {"draft_id": draft_id})
    return kept | {"name": taken.name}


def open_draft_file(
    session: Session,
    *,
    draft_id: str,
    attachment_id: str,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> Download:
    """A file of a draft, for who wrote it; NotFound for anybody else, and once it is a petition."""
    row = find_draft(session, draft_id, by=by, now=clock.now(), resources=resources)
    wanted = sa.select(_files).where(
        _files.c.draft_id == row.draft_id, _files.c.attachment_id == attachment_id
    )
    found = session.execute(wanted).first()
    if found is None:
        raise NotFound()
    return opened(found, resources)


def drop_file(
    session: Session,
    *,
    draft_id: str,
    attachment_id: str,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Take a file off a draft; its bytes go with the next sweep."""
    now = clock.now()
    row = find_draft(session, draft_id, by=by, now=now, resources=resources, lock=True)
    check_open(row)
    gone = sa.delete(_files).where(
        _files.c.draft_id == draft_id, _files.c.attachment_id == attachment_id
    )
    if session.execute(gone.returning(_files.c.attachment_id)).first() is None:
        raise NotFound()
    return {"attachment_id": attachment_id}


def _known(session: Session, draft_id: str, digests: list[bytes]) -> sa.Row[Any] | None:
    found = sa.select(_files).where(_files.c.draft_id == draft_id, _files.c.digest.in_(digests))
    return session.execute(found).first()


def _check_room(session: Session, draft_id: str, size: int, resources: Resources) -> None:
    files = resources.files
    count, kept_bytes = session.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(_files.c.size), 0)).where(
            _files.c.draft_id == draft_id
        )
    ).one()
    if count >= files.most:
        raise too_many(files.most)
    if kept_bytes + size > files.draft_bytes:
        shown_most = f"{files.draft_bytes / 2**20:.4g}"
        reason = both(
            f"一份草稿的文件合计不能超过{shown_most} MB。",
            f"The files of a draft may have at most {shown_most} MB together.",
        )
        raise Conflict(reason, code="too_many_attachments", errors={"file": reason})
