"""What the console makes of its settings at start: how long sessions last."""

import datetime as dt
from dataclasses import dataclass

from console.settings import Settings
from shared.clock import Clock


@dataclass(frozen=True)
class Resources:
    """How long a session lasts without anything being done, and at most."""

    idle: dt.timedelta
    lasts: dt.timedelta


def build(settings: Settings, _clock: Clock) -> Resources:
    """ValueError where a session would end before it began."""
    if settings.session_idle_minutes < 1 or settings.session_hours < 1:
        raise ValueError("SESSION_IDLE_MINUTES and SESSION_HOURS must be 1 or more")
    return Resources(
        idle=dt.timedelta(minutes=settings.session_idle_minutes),
        lasts=dt.timedelta(hours=settings.session_hours),
    )
