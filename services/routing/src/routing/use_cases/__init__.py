"""What people want of routing, one function an intention."""

from routing.use_cases.bulk import BULK_ACTIONS, act_on_many
from routing.use_cases.exporting import MEDIA_TYPES, export
from routing.use_cases.forgetting import forget
from routing.use_cases.gauging import gauges
from routing.use_cases.guiding import guide
from routing.use_cases.handling import act
from routing.use_cases.journal import steps
from routing.use_cases.listing import count_cases, list_cases
from routing.use_cases.listing_work import REASONS, my_work
from routing.use_cases.opening import keep_texts, open_cases
from routing.use_cases.reading import case_for, count
from routing.use_cases.registration import follow
from routing.use_cases.requests import decline_request, requests_of_case, take_up_request
from routing.use_cases.units import list_units, put_unit

__all__ = [
    "BULK_ACTIONS",
    "MEDIA_TYPES",
    "REASONS",
    "act",
    "act_on_many",
    "case_for",
    "count",
    "count_cases",
    "decline_request",
    "export",
    "follow",
    "forget",
    "gauges",
    "guide",
    "keep_texts",
    "list_cases",
    "list_units",
    "my_work",
    "open_cases",
    "put_unit",
    "requests_of_case",
    "steps",
    "take_up_request",
]
