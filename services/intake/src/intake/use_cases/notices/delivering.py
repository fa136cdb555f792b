"""Delivery as a gateway tells it afterwards."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.notices import DELIVERED, FAILED, QUEUED, SENT
from shared.auth import Principal
from shared.db import Session
from shared.errors import NotFound
from shared.pii import mask_text

_table = models.notices
_BEFORE = {DELIVERED: (QUEUED, SENT, FAILED), FAILED: (QUEUED, SENT)}
"""From which states a gateway's word counts; what has arrived has not failed any more."""


def receipt_handed_over(
    session: Session, *, petition_id: str, medium: str, now: dt.datetime
) -> None:
    """Keep that a receipt has gone by the channel itself, in its answer, and does not go again."""
    receipt = (
        _table.c.petition_id == petition_id,
        _table.c.occasion == "receipt",
        _table.c.medium == medium,
    )
    gone = {"status": SENT, "sent_at": now, "sealed_code": None, "reference": "answer"}
    session.execute(sa.update(_table).where(*receipt).values(gone))


def note_delivery(
    session: Session,
    *,
    notice_id: str,
    delivered: bool,
    reason: str | None,
    by: Principal,
    now: dt.datetime,
) -> dict[str, Any]:
    """Write down that a notice arrived, or did not; the same word twice changes nothing.

    NotFound where the notice did not go by the caller's medium.
    """
    this = (_table.c.notice_id == notice_id, _table.c.medium.in_(by.channels))
    row = session.execute(sa.select(_table.c.status).where(*this).with_for_update()).first()
    if row is None:
        raise NotFound()
    status = DELIVERED if delivered else FAILED
    if row.status not in _BEFORE[status]:
        return {"notice_id": notice_id, "status": row.status}
    changed: dict[str, Any] = {"status": status, "sealed_code": None}
    if delivered:
        changed |= {"delivered_at": now, "last_error": None}
    else:
        changed["last_error"] = mask_text(reason or "undelivered")
    session.execute(sa.update(_table).where(*this).values(**changed))
    return {"notice_id": notice_id, "status": status}
