"""How this office keeps its hotline and its reception: parameters of its own, no law."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

import yaml

from intake.domain.reception import Priorities
from intake.settings import Settings

Step = Mapping[str, str]
"""What happens next, as a receipt says it: `what`, and its legal `basis`."""


@dataclass(frozen=True)
class Desks:
    """What is built of the settings once, at start."""

    callback_within: dt.timedelta
    callback_most: dt.timedelta
    callback_tries: int
    priorities: Priorities
    drafts_kept: dt.timedelta
    next_steps: Mapping[str, Sequence[Step]]

    @classmethod
    def build(cls, settings: Settings) -> "Desks":
        """ValueError where a setting is mistaken, so that the process does not start."""
        s = settings
        if min(s.callback_hours, s.callback_days_most, s.callback_tries, s.desk_draft_days) <= 0:
            raise ValueError(
                "CALLBACK_HOURS, CALLBACK_DAYS_MOST, CALLBACK_TRIES and DESK_DRAFT_DAYS must be "
                "above 0"
            )
        text = resources.files("intake.data").joinpath("receipt_steps.yaml").read_text("utf-8")
        return cls(
            callback_within=dt.timedelta(hours=s.callback_hours),
            callback_most=dt.timedelta(days=s.callback_days_most),
            callback_tries=s.callback_tries,
            priorities=Priorities.parse(s.reception_priority),
            drafts_kept=dt.timedelta(days=s.desk_draft_days),
            next_steps=yaml.safe_load(text),
        )
