"""What satisfaction makes of its settings at start."""

from dataclasses import dataclass

from satisfaction.settings import Settings
from shared.clock import Clock


@dataclass(frozen=True)
class Resources:
    """Codes that handlers need."""

    office_unit: str


def build(settings: Settings, _clock: Clock) -> Resources:
    """The code of the petition office."""
    return Resources(office_unit=settings.office_unit)
