"""Settings of satisfaction."""

from dataclasses import dataclass

from shared import settings
from shared.settings import setting


@dataclass(frozen=True, kw_only=True)
class Settings(settings.Settings):
    """What satisfaction reads from the environment."""

    office_unit: str = setting(
        "bureau", doc="code of the unit that the evaluation of the petition office is about"
    )
