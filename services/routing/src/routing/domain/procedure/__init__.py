"""The statutory procedure as data: read from standards/procedure.yaml, checked whole."""

from routing.domain.procedure.loading import FILE, START, load
from routing.domain.procedure.model import (
    BACK,
    DUTY,
    SAME,
    WINDOW,
    Action,
    Ask,
    ClockRule,
    Field,
    Procedure,
    Seat,
    State,
)

__all__ = [
    "BACK",
    "DUTY",
    "FILE",
    "SAME",
    "START",
    "WINDOW",
    "Action",
    "Ask",
    "ClockRule",
    "Field",
    "Procedure",
    "Seat",
    "State",
    "load",
]
