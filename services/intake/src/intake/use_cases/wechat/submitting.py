"""Registering what a follower confirmed: one petition for one form, whatever happens in between."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import wechat as rules
from intake.domain.wechat.form import Turn
from intake.resources import Resources
from intake.use_cases.notices import receipt_handed_over
from intake.use_cases.registering import register
from intake.use_cases.wechat.followers import Follower
from shared.auth import CHANNEL_PREFIX, Principal
from shared.clock import Clock
from shared.db import Session
from shared.errors import Refused, in_language

MEDIUM = "wechat"


def client(account: str) -> Principal:
    """As whom this channel registers and attaches."""
    roles = frozenset({CHANNEL_PREFIX + rules.CHANNEL})
    return Principal(sub=f"{rules.CHANNEL}:{account}", roles=roles)


def submit(
    session: Session,
    follower: Follower,
    draft: dict[str, Any],
    *,
    check: Callable[[Mapping[str, Any]], dict[str, Any]],
    clock: Clock,
    resources: Resources,
) -> Turn:
    """Register the draft and answer with the receipt; what is refused stays to be changed.

    Who gives their name is told of progress by WeChat and finds the petition again. Who does not is
    not connected with it: only number and code lead to it.
    """
    form = resources.wechat.form
    reference = {"system": rules.SYSTEM, "id": draft["reference"]}
    named = bool(draft.get("name"))
    try:
        petition = check(rules.petition(draft, channel=rules.CHANNEL, reference=reference))
        receipt = register(
            session,
            petition=petition | ({"notify": _notify(follower)} if named else {}),
            by=client(follower.account),
            clock=clock,
            resources=resources,
        )
    except Refused as refusal:
        if "channel" in refusal.errors:
            return Turn("confirm", draft, form.say("closed"))
        why = "".join(in_language(one, "zh") for one in refusal.errors.values())
        said = why or in_language(refusal.message, "zh")
        return Turn("confirm", draft, form.say("refused", why=said))
    petition_id, now = receipt["petition_id"], clock.now()
    if named:
        follower.bring_in(session, petition_id, ring=resources.ring)
        receipt_handed_over(session, petition_id=petition_id, medium=MEDIUM, now=now)
    media = draft.get("media", [])
    if media:
        rows = _awaited(follower, media, petition_id, at=now, resources=resources)
        session.execute(sa.insert(models.wechat_media), rows)
    said = form.say("registered", number=receipt["petition_no"], code=receipt["query_code"])
    if media:
        said += "\n" + form.say("media_follows", media=len(media))
    return Turn(None, {}, said)


def _notify(follower: Follower) -> dict[str, Any]:
    return {
        "medium": MEDIUM,
        "wechat_id": follower.contact,
        "consent_to_electronic_service": False,
    }


def _awaited(
    follower: Follower,
    media: list[dict[str, str]],
    petition_id: str,
    *,
    at: Any,
    resources: Resources,
) -> list[dict[str, Any]]:
    rows = []
    for number, one in enumerate(media, 1):
        key = str(uuid.uuid4())
        rows.append(
            {
                "media_key": key,
                "petition_id": petition_id,
                "account": follower.account,
                "number": number,
                "kind": one["kind"],
                "media_id": resources.ring.encrypt(one["media_id"], place=f"{key}/media_id"),
                "sent_at": at,
                "attempts": 0,
                "due_at": at,
            }
        )
    return rows
