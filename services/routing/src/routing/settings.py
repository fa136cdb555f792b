"""Settings of routing."""

import dataclasses

from shared.settings import Settings as Shared
from shared.settings import setting


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings(Shared):
    """What routing reads from the environment, besides what every service reads."""

    roll_rest_days: bool = setting(
        True, doc="a period that ends on a rest day ends on the next working day (TCC 203)"
    )
