"""Attachments shown to staff: listed, given out by links that expire, swept where nobody's."""

import base64
import binascii
import dataclasses
import datetime as dt
import json
from collections.abc import Generator
from itertools import islice
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.attachments import DOWNLOADED, LOOKED_AT, LOOSE_AFTER
from intake.files.drawing import DRAWN
from intake.files.sealing import unseal
from intake.resources import Resources
from intake.use_cases.attaching import opened_key, shown
from intake.use_cases.auditing import write_down
from intake.use_cases.looking import note_look
from intake.use_cases.sealing import names_of, posted_persons
from intake.use_cases.seeing import may_know_letter
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Database, Session, insert_missing
from shared.errors import NotFound, both
from shared.marks import Marker
from shared.metrics import Gauges
from shared.pii import Undecryptable, mask_text

_LINK = "attachment-link"
_AT_ONCE = 1000


@dataclasses.dataclass(frozen=True)
class Download:
    """An attachment as it is sent: its pieces are fetched as they are read."""

    name: str
    media_type: str
    size: int | None
    pieces: Generator[bytes, None, None]


def list_attachments(
    session: Session, *, petition_id: str, by: Principal, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """What is attached to a petition, oldest first, names masked as words are; a look.

    NotFound where the petition is not theirs to know, or its words are kept apart from them.
    """
    note_look(session, petition_id, by=by, clock=clock, resources=resources, with_words=True)
    table = models.attachments
    rows = session.execute(
        sa.select(table)
        .where(table.c.petition_id == petition_id)
        .order_by(table.c.added_at, table.c.attachment_id)
    ).all()
    persons = posted_persons(session, petition_id, resources.ring) if rows else {}
    names = names_of(persons)
    found = [shown(row, resources.ring) for row in rows]
    items = [one | {"name": mask_text(one["name"], names=names)} for one in found]
    return {"petition_id": petition_id, "items": items}


def link_to(
    session: Session,
    *,
    petition_id: str,
    attachment_id: str,
    purpose: str | None,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """A link to one attachment, for whom it was given alone to use, and not for long.

    It says nothing to who reads it: attachment, person and time are encrypted in it. Written down
    with the purpose. NotFound as in `list_attachments`.
    """
    row = _attachment(session, attachment_id)
    if row is None or row.petition_id != petition_id:
        raise NotFound()
    note_look(
        session,
        petition_id,
        by=by,
        clock=clock,
        resources=resources,
        with_words=True,
        act="attachment",
        purpose=purpose or LOOKED_AT,
        facts={"attachment_id": attachment_id},
    )
    return sealed_link(attachment_id, by=by, clock=clock, resources=resources)


def sealed_link(
    attachment_id: str, *, by: Principal, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """A link that opens one attachment, or scan, for the caller and for minutes."""
    lasts = resources.files.link_lasts
    said = {
        "attachment": attachment_id,
        "until": (clock.now() + lasts).timestamp(),
        "who": [by.sub, sorted(by.roles), by.unit, sorted(by.unit_scope)],
    }
    sealed = resources.ring.encrypt(json.dumps(said), place=_LINK)
    link = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
    return {"url": f"/v1/attachments/{link}", "expires_in": int(lasts.total_seconds())}


def download(
    session: Session, *, link: str, marker: Marker, clock: Clock, resources: Resources
) -> Download:
    """The attachment that a link was given for, if whoever got it may still see it; a look.

    NotFound for a link that is forged, expired, or whose holder has lost the right meanwhile.
    """
    said = _said_by(link, resources)
    if said is None or said["until"] <= clock.now().timestamp():
        raise _no_such_link()
    holder, attachment_id = _holder(said["who"], marker), said["attachment"]
    row = _attachment(session, attachment_id)
    if row is not None:
        note_look(
            session,
            row.petition_id,
            by=holder,
            clock=clock,
            resources=resources,
            with_words=True,
            act="attachment",
            purpose=DOWNLOADED,
            facts={"attachment_id": attachment_id},
        )
    else:
        row = _scan(session, attachment_id, by=holder, clock=clock, resources=resources)
    return opened(row, resources)


def opened(row: sa.Row[Any], resources: Resources) -> Download:
    """A kept file as it is sent."""
    sealed = resources.files.storage.get(row.storage_key)
    return Download(
        name=shown(row, resources.ring)["name"],
        media_type=row.media_type,
        size=row.size,
        pieces=unseal(sealed, key=opened_key(row, resources.ring), place=row.attachment_id),
    )


def draw_page(
    session: Session, *, link: str, page: int, marker: Marker, clock: Clock, resources: Resources
) -> Download:
    """A page of what a link was given for, as a picture; a look as `download` is.

    It is drawn as its bytes are read, outside the transaction. NotFound as in `download`, and
    where the attachment is of a kind without pages or has no such page.
    """
    found = download(session, link=link, marker=marker, clock=clock, resources=resources)
    if found.media_type not in DRAWN:
        raise NotFound(both("没有这一页。", "There is no such page."))
    return Download(
        name=f"{page}.jpg",
        media_type="image/jpeg",
        size=None,
        pieces=_drawn(found, page, resources),
    )


def _drawn(found: Download, page: int, resources: Resources) -> Generator[bytes, None, None]:
    yield resources.files.drawer.draw(found.pieces, media_type=found.media_type, page=page)


def _attachment(session: Session, attachment_id: str) -> sa.Row[Any] | None:
    table = models.attachments
    found = sa.select(table).where(table.c.attachment_id == attachment_id)
    return session.execute(found).first()


def _scan(
    session: Session, attachment_id: str, *, by: Principal, clock: Clock, resources: Resources
) -> sa.Row[Any]:
    """A scan of a letter that is no petition's, if the letter is the holder's to know; a look."""
    letters, scans = models.incoming_letters, models.letter_scans
    row = session.execute(
        sa.select(scans)
        .join(letters, letters.c.letter_id == scans.c.letter_id)
        .where(scans.c.attachment_id == attachment_id, may_know_letter(by))
    ).first()
    if row is None:
        raise _no_such_link()
    write_down(
        session,
        act="attachment",
        who=by.sub,
        purpose=DOWNLOADED,
        facts={"letter_id": row.letter_id, "attachment_id": attachment_id},
        clock=clock,
        keys=resources.audit_keys,
    )
    return row


def _said_by(link: str, resources: Resources) -> dict[str, Any] | None:
    try:
        sealed = base64.b64decode(link + "=" * (-len(link) % 4), altchars=b"-_", validate=True)
        said: dict[str, Any] = json.loads(resources.ring.decrypt(sealed, place=_LINK))
    except (binascii.Error, Undecryptable, ValueError):
        return None
    return said


def _holder(who: list[Any], marker: Marker) -> Principal:
    account, roles, unit, scope = who
    return Principal(
        sub=account,
        roles=frozenset(roles),
        unit=unit,
        unit_scope=frozenset(scope),
        known_by=marker,
    )


def _no_such_link() -> NotFound:
    return NotFound(
        both("链接无效或者已过期，请重新打开附件。", "The link is not valid, or no longer.")
    )


def sweep(db: Database, *, clock: Clock, resources: Resources) -> int:
    """Remove stored bytes to which no attachment, scan or draft points; how many objects went.

    Uploads that a crash cut off leave them, and erased attachments. They go when they are seen
    loose a second time, a day after the first: a database that was restored to an earlier time
    does not know the newest attachments, and may be restored to a later one yet.
    """
    storage, now = resources.files.storage, clock.now()
    old = (one.key for one in storage.stored() if one.since <= now - LOOSE_AFTER)
    removed = 0
    while keys := list(islice(old, _AT_ONCE)):
        with db.fenced("sweep_attachments") as session:
            if session is None:
                return removed
            due = _due(session, keys, now=now)
        for key in due:
            storage.delete(key)
        with db.write() as session:
            table = models.loose_objects
            session.execute(sa.delete(table).where(table.c.storage_key.in_(due)))
        removed += len(due)
    return removed


def _due(session: Session, keys: list[str], *, now: dt.datetime) -> list[str]:
    """Those of the keys that have been loose for long; of those that newly are it is noted."""
    loose = models.loose_objects
    # One statement: a scan or a draft's file becomes an attachment in one transaction.
    owned = sa.union_all(
        *(
            sa.select(table.c.storage_key).where(table.c.storage_key.in_(keys))
            for table in (models.attachments, models.letter_scans, models.draft_files)
        )
    )
    attached = set(session.scalars(owned))
    seen = [{"storage_key": key, "seen_at": now} for key in keys if key not in attached]
    insert_missing(session, loose, seen, key=["storage_key"])
    session.execute(sa.delete(loose).where(loose.c.storage_key.in_(attached)))
    found = sa.select(loose.c.storage_key).where(
        loose.c.storage_key.in_(keys), loose.c.seen_at <= now - LOOSE_AFTER
    )
    return list(session.scalars(found))


def gauges(session: Session, _now: dt.datetime) -> Gauges:
    """Stored objects that no attachment points to, and that wait to be removed."""
    loose = session.scalar(sa.select(sa.func.count()).select_from(models.loose_objects))
    return {"intake_loose_objects": loose or 0}
