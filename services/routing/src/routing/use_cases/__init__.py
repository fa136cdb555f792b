"""What people want of routing, one function an intention."""

from routing.use_cases.handling import act
from routing.use_cases.opening import keep_texts, open_cases
from routing.use_cases.reading import case_for, count, gauges, list_cases
from routing.use_cases.units import list_units, put_unit

__all__ = [
    "act",
    "case_for",
    "count",
    "gauges",
    "keep_texts",
    "list_cases",
    "list_units",
    "open_cases",
    "put_unit",
]
