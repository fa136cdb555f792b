"""The case header that every case event carries whole."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain.guards.protecting import ACCUSATION
from routing.resources import Resources
from routing.use_cases.units import unit_names
from routing.use_cases.withholding import NOBODY, Told, told_of
from shared.clock import from_wire
from shared.db import Session

_COPIED = (
    "case_id", "case_no", "state", "petition_ids", "petition_nos", "channel", "purpose", "secret",
    "category", "lead_unit", "co_units", "received_at", "opened_at", "classified_at",
    "forwarded_at", "accepted_at", "replied_at", "served_at", "closed_at", "close_reason",
    "report_due", "route", "handling",
)  # fmt: skip


def headers(
    session: Session, rows: Sequence[Mapping[str, Any]], *, resources: Resources
) -> list[dict[str, Any]]:
    """The headers of case rows, in their order."""
    names = unit_names(session)
    told = told_of(session, rows, marker=resources.marker)
    words = _split_off(session, rows)
    return [
        header(row, names=names, told=told.get(row["case_id"], NOBODY), resources=resources)
        | {"words_of": words.get(row["case_id"], [])}
        for row in rows
    ]


def header(
    row: Mapping[str, Any],
    *,
    names: Mapping[str, str],
    resources: Resources,
    told: Told = NOBODY,
) -> dict[str, Any]:
    """The header of a case row; `names` are unit names by code, `told` who may not or may know."""
    categories = resources.rules.categories
    category = row["category"]
    lead = row["lead_unit"]
    return {name: row[name] for name in _COPIED} | {
        "category_name": categories[category].name if category in categories else None,
        "lead_unit_name": names.get(lead, lead) if lead else None,
        "clocks": [_times(clock) for clock in row["clocks"]],
        **told._asdict(),
        "words_of": [],
    }


def _split_off(session: Session, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The petitions off whose case each accusation was split; it has none of its own."""
    table = models.cases
    origins = {
        row["case_id"]: row["split_from"]
        for row in rows
        if row["split_from"] and row["purpose"] == ACCUSATION and not row["petition_ids"]
    }
    if not origins:
        return {}
    wanted = table.c.case_id.in_(sorted(set(origins.values())))
    found = {
        case_id: petition_ids
        for case_id, petition_ids in session.execute(
            sa.select(table.c.case_id, table.c.petition_ids).where(wanted)
        )
    }
    return {case_id: found.get(origin, []) for case_id, origin in origins.items()}


def _times(clock: Mapping[str, Any]) -> dict[str, Any]:
    settled = clock["settled_at"]
    return dict(clock) | {
        "start": from_wire(clock["start"]),
        "due_at": from_wire(clock["due_at"]),
        "settled_at": from_wire(settled) if settled else None,
        "nominal_day": dt.date.fromisoformat(clock["nominal_day"]),
        "due_day": dt.date.fromisoformat(clock["due_day"]),
    }
