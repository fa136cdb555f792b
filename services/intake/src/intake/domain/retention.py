"""How long the office keeps who a petitioner was, by the state in which the case ended.

The law names no number of days: personal information is kept no longer than its purpose needs (TPI
Art.19) and is then erased by the office itself or on request (TPI Art.47), while the dossier of a
case is an archive. So nothing is erased by time until an office has set its days.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

from shared.states import ENDED

_MOST_DAYS = 36_500


@dataclass(frozen=True)
class Retention:
    """Days after a case ended, by its state; a state that is not named is kept for good."""

    days: Mapping[str, int]

    @classmethod
    def parse(cls, text: str) -> "Retention":
        """From JSON such as {"closed": 3650}, or nothing; ValueError says what is wrong with it."""
        if not text:
            return cls({})
        try:
            days = json.loads(text)
        except ValueError as error:
            raise ValueError("RETENTION_DAYS is not JSON") from error
        if not isinstance(days, dict):
            raise ValueError("RETENTION_DAYS is not a JSON object")
        if unknown := sorted(days.keys() - ENDED):
            raise ValueError(f"RETENTION_DAYS names states that end no case: {', '.join(unknown)}")
        for state, number in days.items():
            if type(number) is not int or not 0 < number <= _MOST_DAYS:
                raise ValueError(f"RETENTION_DAYS of {state} must be 1 to {_MOST_DAYS} days")
        return cls(days)

    def ended_before(self, now: dt.datetime) -> dict[str, dt.datetime]:
        """Before when a case must have come into each state for its time to be over."""
        return {state: now - dt.timedelta(days=number) for state, number in self.days.items()}
