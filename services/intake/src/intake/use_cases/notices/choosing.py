"""How a petitioner chooses to be served, and consents to it; the newest word counts."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.notices import MEDIA
from intake.resources import Resources
from intake.use_cases.looking import note_look
from intake.use_cases.notices.queueing import newest_choices
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session
from shared.errors import NotFound
from shared.pii import KeyRing

_NO_CHOICE = {
    "medium": None,
    "medium_name": None,
    "consent_to_electronic_service": False,
    "channel": None,
    "at": None,
}
BY_TOKEN = "public"
"""The channel of a choice that a citizen makes with number and code."""


def choose_publicly(
    session: Session,
    *,
    petition_no: str,
    petition_id: str,
    notify: Mapping[str, Any],
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """A citizen chooses anew, consents or revokes their consent; only for the token's petition."""
    table = models.petitions
    mine = sa.select(table.c.petition_no).where(table.c.petition_id == petition_id)
    if session.scalar(mine) != petition_no:
        raise NotFound()
    keep_choice(
        session,
        petition_id,
        notify,
        channel=BY_TOKEN,
        by="public",
        at=clock.now(),
        ring=resources.ring,
    )
    return choice_of(session, petition_id)


def choose_for(
    session: Session,
    *,
    petition_id: str,
    notify: Mapping[str, Any],
    channel: str,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Staff write down what the petitioner said at the counter, by phone or on paper."""
    note_look(session, petition_id, by=by, clock=clock, resources=resources)
    keep_choice(
        session,
        petition_id,
        notify,
        channel=channel,
        by=by.sub,
        at=clock.now(),
        ring=resources.ring,
    )
    return choice_of(session, petition_id)


def choice_of(session: Session, petition_id: str) -> dict[str, Any]:
    """How the petitioner chose last, or that they did not."""
    row = newest_choices(session, {petition_id}).get(petition_id)
    if row is None:
        return _NO_CHOICE
    return {
        "medium": row.medium,
        "medium_name": MEDIA.get(row.medium),
        "consent_to_electronic_service": row.consent,
        "channel": row.channel,
        "at": row.at,
    }


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
