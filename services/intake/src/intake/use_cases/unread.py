"""What could not be read: parked with its original, shown to who can help, dealt with."""

import base64
import datetime as dt
import uuid
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.unread import REASONS
from intake.resources import Resources
from intake.use_cases.auditing import write_down
from intake.use_cases.looking import refusal
from intake.use_cases.seeing import seen_by
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session, insert_missing
from shared.errors import Conflict, NotFound, both
from shared.metrics import ByLabel, Gauges
from shared.web.paging import page_by_key

_NAMESPACE = uuid.UUID("5c6f3f0e-6a1d-4c7e-9a53-0d6a8f7b1c30")
_table = models.unread_messages
_SHOWN = [column for column in _table.c if column.name != "original"]
_ORIGINAL_KINDS = {"email": "message/rfc822"}


def park(
    session: Session,
    *,
    channel: str,
    source: str,
    key: str,
    reason: str,
    details: Sequence[Mapping[str, str]],
    original: bytes | None,
    size: int,
    received_at: dt.datetime,
    petition_id: str | None,
    clock: Clock,
    resources: Resources,
) -> None:
    """Put a message on the list once, however often it is parked; `key` tells it from others.

    `details` are reasons in words, {"about", "reason"}, and hold nothing of the message. Without
    `original` it was too large to be fetched, and stands where the channel left it.
    """
    unread_id = str(uuid.uuid5(_NAMESPACE, f"{channel}/{key}"))
    row = {
        "unread_id": unread_id,
        "channel": channel,
        "source": source,
        "reason": reason,
        "details": [dict(one) for one in details],
        "petition_id": petition_id,
        "original": None if original is None else _sealed(original, unread_id, resources),
        "bytes": size,
        "received_at": received_at,
        "parked_at": clock.now(),
    }
    insert_missing(session, _table, [row], key=["unread_id"])


def list_unread(session: Session, *, by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """A page of the list, oldest first, without originals and what is not the caller's to know."""
    statement = sa.select(*_SHOWN).where(_may_know(by))
    if query["state"] == "open":
        statement = statement.where(_table.c.dealt_at.is_(None))
    elif query["state"] == "dealt":
        statement = statement.where(_table.c.dealt_at.is_not(None))
    keys = (_table.c.parked_at, _table.c.unread_id)
    return page_by_key(session, statement, by=keys, query=query, present=_shown)


def read_original(
    session: Session,
    *,
    unread_id: str,
    purpose: str,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """The original as it came in, for a stated purpose; the look is written down, refused too."""
    row = session.execute(sa.select(_table).where(_table.c.unread_id == unread_id)).first()
    if row is None:
        raise NotFound()
    refused = not _is_known_to(session, unread_id, by)
    write_down(
        session,
        act="original",
        who=by.sub,
        petition_id=row.petition_id,
        purpose=purpose,
        facts={"unread_id": unread_id},
        refused=refused,
        clock=clock,
        keys=resources.audit_keys,
    )
    if refused:
        raise refusal()
    if row.original is None:
        raise Conflict(
            both(
                "原件未能存入系统，请到来源处查看。",
                "The original could not be kept here; it stands where it came in.",
            ),
            code="original_elsewhere",
            source=row.source,
        )
    opened = _opened(row.original, unread_id, resources)
    return {
        "unread_id": unread_id,
        "media_type": _ORIGINAL_KINDS.get(row.channel, "application/octet-stream"),
        "base64": base64.b64encode(opened).decode(),
    }


def deal_with_unread(
    session: Session, *, unread_id: str, note: str, by: Principal, clock: Clock
) -> dict[str, Any]:
    """Mark one as dealt with, saying how; the original stays. Conflict where somebody did."""
    if not _is_known_to(session, unread_id, by):
        raise NotFound()
    dealt = {"dealt_at": clock.now(), "dealt_by": by.sub, "note": note}
    changed = session.execute(
        sa.update(_table)
        .where(_table.c.unread_id == unread_id, _table.c.dealt_at.is_(None))
        .values(dealt)
        .returning(_table.c.unread_id)
    ).first()
    if changed is None:
        raise Conflict(both("已有人处理。", "Somebody has dealt with it."), code="dealt_with")
    return _shown(session.execute(sa.select(*_SHOWN).where(_table.c.unread_id == unread_id)).one())


def gauges(session: Session, _now: dt.datetime) -> Gauges:
    """How many messages of each channel wait for somebody."""
    waiting = (
        sa.select(_table.c.channel, sa.func.count())
        .where(_table.c.dealt_at.is_(None))
        .group_by(_table.c.channel)
    )
    counted = {channel: float(number) for channel, number in session.execute(waiting)}
    return {"intake_unread_messages": ByLabel("channel", {"email": 0.0} | counted)}


def _may_know(by: Principal) -> sa.ColumnElement[bool]:
    """What belongs to a petition is for who may know of the petition."""
    petitions, about = models.petitions, _table.c.petition_id
    not_theirs = sa.select(petitions.c.petition_id).where(
        petitions.c.petition_id == about, sa.not_(seen_by(by))
    )
    return sa.or_(about.is_(None), sa.not_(sa.exists(not_theirs)))


def _is_known_to(session: Session, unread_id: str, by: Principal) -> bool:
    known = sa.select(_table.c.unread_id).where(_table.c.unread_id == unread_id, _may_know(by))
    return session.scalar(known) is not None


def _shown(row: sa.Row[Any]) -> dict[str, Any]:
    shown = {column.name: row._mapping[column.name] for column in _SHOWN}
    return shown | {"reason_name": REASONS.get(row.reason, row.reason)}


def _sealed(original: bytes, unread_id: str, resources: Resources) -> bytes:
    packed = base64.b85encode(zlib.compress(original)).decode()
    return resources.ring.encrypt(packed, place=f"{unread_id}/original")


def _opened(sealed: bytes, unread_id: str, resources: Resources) -> bytes:
    packed = resources.ring.decrypt(sealed, place=f"{unread_id}/original")
    return zlib.decompress(base64.b85decode(packed))
