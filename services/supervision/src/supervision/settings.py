"""Settings of supervision."""

from dataclasses import dataclass

from shared import settings
from shared.settings import setting


@dataclass(frozen=True, kw_only=True)
class Settings(settings.Settings):
    """What supervision reads from the environment."""

    unopened_alarm_minutes: int = setting(
        10, doc="minutes after which a registered petition without a case raises an alarm"
    )
    yellow_days: int = setting(
        3, doc="a running clock turns yellow this many days before its last day ends"
    )
