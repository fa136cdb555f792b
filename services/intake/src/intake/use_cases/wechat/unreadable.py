"""Messages that our token signed and that cannot be read: kept for somebody to see."""

import hashlib

from intake.domain import wechat as rules
from intake.resources import Resources
from intake.use_cases.unread import park
from shared.clock import Clock
from shared.db import Session


def park_message(
    session: Session, *, account: str, raw: bytes, why: str, clock: Clock, resources: Resources
) -> None:
    """Put a message on the list with its original, once however often WeChat sends it again."""
    park(
        session,
        channel=rules.CHANNEL,
        source=account,
        key=f"{account}/{hashlib.sha256(raw).hexdigest()}",
        reason="undecipherable" if why != "damaged" else "damaged",
        details=[{"about": "", "reason": why}],
        original=raw,
        size=len(raw),
        received_at=clock.now(),
        petition_id=None,
        clock=clock,
        resources=resources,
    )
