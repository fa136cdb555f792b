"""What routing makes of its settings at start: the rule tables."""

from dataclasses import dataclass

from routing.domain.suggestion import Rules, load_rules
from routing.settings import Settings
from shared.clock import Clock


@dataclass(frozen=True)
class Resources:
    """Tables that use cases need."""

    rules: Rules
    roll_rest_days: bool


def build(settings: Settings, clock: Clock) -> Resources:
    """Load the tables; RulesError, which keeps the process from starting, if they disagree."""
    return Resources(rules=load_rules(), roll_rest_days=settings.roll_rest_days)
