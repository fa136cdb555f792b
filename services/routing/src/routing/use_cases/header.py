"""The case header that every case event carries whole."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from routing.resources import Resources
from shared.clock import from_wire

_COPIED = (
    "case_id", "case_no", "state", "petition_ids", "petition_nos", "channel", "purpose", "secret",
    "category", "lead_unit", "co_units", "received_at", "opened_at", "classified_at",
    "forwarded_at", "accepted_at", "replied_at", "served_at", "closed_at", "close_reason",
    "report_due",
)  # fmt: skip


def header(
    row: Mapping[str, Any], *, names: Mapping[str, str], resources: Resources
) -> dict[str, Any]:
    """The header of a case row; `names` are unit names by code."""
    categories = resources.rules.categories
    category = row["category"]
    lead = row["lead_unit"]
    return {name: row[name] for name in _COPIED} | {
        "category_name": categories[category].name if category in categories else None,
        "lead_unit_name": names.get(lead, lead) if lead else None,
        "clocks": [_times(clock) for clock in row["clocks"]],
    }


def _times(clock: Mapping[str, Any]) -> dict[str, Any]:
    settled = clock["settled_at"]
    return dict(clock) | {
        "start": from_wire(clock["start"]),
        "due_at": from_wire(clock["due_at"]),
        "settled_at": from_wire(settled) if settled else None,
        "nominal_day": dt.date.fromisoformat(clock["nominal_day"]),
        "due_day": dt.date.fromisoformat(clock["due_day"]),
    }
