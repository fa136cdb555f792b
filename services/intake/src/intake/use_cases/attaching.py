"""Attaching files to a petition: examined and stored first, then attached in one transaction.

A crash between the two leaves bytes that no attachment points to, which `sweep` removes; never an
attachment without its bytes.
"""

import base64
import datetime as dt
import secrets
import uuid
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.attachments import own_name
from intake.files.sealing import new_key, seal
from intake.files.storage import StorageAway
from intake.resources import Resources
from intake.use_cases.looking import found_by, note_look
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Database, Session
from shared.errors import Conflict, NotFound, both
from shared.pii import KeyRing
from shared.web.api import Upload


@dataclass(frozen=True)
class Taken:
    """A file that is stored, and not attached yet."""

    attachment_id: str
    name: str
    media_type: str
    size: int
    storage_key: str
    content_key: bytes
    pages: int | None


def take_in(
    db: Database,
    *,
    petition_id: str,
    upload: Upload,
    by: Principal,
    resources: Resources,
    petition_no: str | None = None,
) -> Taken | None:
    """Examine a file, seal it and store it, before the transaction that attaches it.

    None, and nothing stored, where `attach` needs no file: the same is attached already, or
    nothing may be attached. Refused where the file itself is not taken, with the field `file`.
    """
    with db.read() as session:
        row = _petition(session, petition_id)
        if row is None or petition_no not in (None, row.petition_no):
            return None
        if not (_is_own(row, by) or _is_seen(session, row, by)):
            return None
        known = _known(session, petition_id, digests_of(upload, resources.ring))
        if known is not None or count_attached(session, petition_id) >= resources.files.most:
            return None
    return store(upload, resources=resources)


def store(upload: Upload, *, resources: Resources, kinds: frozenset[str] | None = None) -> Taken:
    """Examine a file, seal it and store it; Refused where it is not taken, or of no such kind."""
    files = resources.files
    files.scanner.scan(upload.file)
    examined = files.examiner.examine(upload.file, kinds=kinds)
    attachment_id, storage_key, key = str(uuid.uuid4()), secrets.token_hex(16), new_key()
    with examined.file:
        files.storage.put(storage_key, seal(examined.file, key=key, place=attachment_id))
    return Taken(
        attachment_id=attachment_id,
        name=own_name(upload.name, kind=examined.kind),
        media_type=examined.kind.media_type,
        size=examined.size,
        storage_key=storage_key,
        content_key=key,
        pages=examined.pages,
    )


def attach(
    session: Session,
    *,
    petition_id: str,
    upload: Upload,
    taken: Taken | None,
    by: Principal,
    clock: Clock,
    resources: Resources,
    petition_no: str | None = None,
) -> dict[str, Any]:
    """Attach what `take_in` took; the same content again is the same attachment.

    For the citizen of the petition, a client of its channel and a registrar who may see it;
    NotFound for others, and the look of the latter is written down. Conflict where the petition
    has as many attachments as it may have.
    """
    row = _petition(session, petition_id, locked=True)
    if row is None or petition_no not in (None, row.petition_no):
        raise NotFound()
    if not _is_own(row, by):
        if not by.has("registrar"):
            raise NotFound()
        note_look(session, petition_id, by=by, clock=clock, resources=resources)
    digests = digests_of(upload, resources.ring)
    known = _known(session, petition_id, digests)
    if known is not None:
        return shown(known, resources.ring)
    if count_attached(session, petition_id) >= resources.files.most:
        raise too_many(resources.files.most)
    if taken is None:
        # What stood in the way when it was sent is gone since: the caller tries again.
        raise StorageAway()
    kept = sealed_row(taken, digest=digests[0], at=clock.now(), ring=resources.ring)
    owned = {"petition_id": petition_id, "added_by": by.sub}
    session.execute(sa.insert(models.attachments), kept | owned)
    return kept | {"name": taken.name}


def sealed_row(taken: Taken, *, digest: bytes, at: dt.datetime, ring: KeyRing) -> dict[str, Any]:
    """What is kept of a file that was taken, but for what it belongs to and who sent it."""
    return {
        "attachment_id": taken.attachment_id,
        "digest": digest,
        "name": ring.encrypt(taken.name, place=f"{taken.attachment_id}/name"),
        "media_type": taken.media_type,
        "size": taken.size,
        "storage_key": taken.storage_key,
        "content_key": sealed_key(taken, ring),
        "added_at": at,
    }


def shown(row: sa.Row[Any], ring: KeyRing) -> dict[str, Any]:
    """An attachment with its name as it is."""
    name = ring.decrypt(row.name, place=f"{row.attachment_id}/name")
    return dict(row._mapping) | {"name": name}


def sealed_key(taken: Taken, ring: KeyRing) -> bytes:
    """The key of a file's content, under the key ring: that is rotated without the content."""
    text = base64.b64encode(taken.content_key).decode()
    return ring.encrypt(text, place=f"{taken.attachment_id}/content")


def opened_key(row: sa.Row[Any], ring: KeyRing) -> bytes:
    """What `sealed_key` sealed."""
    return base64.b64decode(ring.decrypt(row.content_key, place=f"{row.attachment_id}/content"))


def _petition(session: Session, petition_id: str, *, locked: bool = False) -> sa.Row[Any] | None:
    """The petition; `locked`, so that its attachments are counted by one request at a time."""
    table = models.petitions
    found = sa.select(table).where(table.c.petition_id == petition_id)
    return session.execute(found.with_for_update(key_share=True) if locked else found).first()


def _is_own(row: sa.Row[Any], by: Principal) -> bool:
    """Whether the petition is the citizen's own, or came by the client's channel."""
    return by.sub == row.petition_id or row.channel in by.channels


def _is_seen(session: Session, row: sa.Row[Any], by: Principal) -> bool:
    return by.has("registrar") and found_by(session, row.petition_id, by=by).seen


def digests_of(upload: Upload, ring: KeyRing) -> list[bytes]:
    """By which the same content finds itself, and nobody without the keys finds a known one; the
    present one first."""
    return ring.blind_indexes(upload.sha256, kind="attachment")


def _known(session: Session, petition_id: str, digests: list[bytes]) -> sa.Row[Any] | None:
    table = models.attachments
    found = sa.select(table).where(table.c.petition_id == petition_id, table.c.digest.in_(digests))
    return session.execute(found).first()


def count_attached(session: Session, petition_id: str) -> int:
    """How many attachments a petition has."""
    table = models.attachments
    found = sa.select(sa.func.count()).where(table.c.petition_id == petition_id)
    return session.scalar(found) or 0


def too_many(most: int) -> Conflict:
    """The refusal of one more than there may be."""
    reason = both(f"一件信访件最多{most}个附件。", f"A petition has at most {most} attachments.")
    return Conflict(reason, code="too_many_attachments", errors={"file": reason})
