"""How a petitioner chooses to be served, and consents to it; the newest word counts."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from shared.db import Session
from shared.pii import KeyRing


def keep_choice(
    session: Session,
    petition_id: str,
    notify: Mapping[str, Any],
    *,
    channel: str,
    by: str,
    at: dt.datetime,
    ring: KeyRing,
) -> None:
    """Write down the medium chosen and whether they consented to be served electronically."""
    wechat = notify.get("wechat_id")
    session.execute(
        sa.insert(models.notice_choices).values(
            petition_id=petition_id,
            medium=notify.get("medium"),
            consent=notify.get("consent_to_electronic_service", False),
            wechat_id=ring.encrypt(wechat, place=f"{petition_id}/wechat_id") if wechat else None,
            channel=channel,
            said_by=by,
            at=at,
        )
    )
