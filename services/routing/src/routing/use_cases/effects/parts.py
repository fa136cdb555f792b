"""The parts that units have in a case beside its lead."""

import datetime as dt

from routing import models
from routing.use_cases.change import Change
from shared.db import upsert


def keep_part(
    change: Change,
    unit: str,
    *,
    kind: str,
    state: str,
    asked: str,
    due: dt.date | None = None,
) -> None:
    """Give a unit its part in the case, by which it sees the case; of several the last."""
    upsert(
        change.session,
        models.case_parts,
        [
            {
                "case_id": change.row["case_id"],
                "unit": unit,
                "kind": kind,
                "state": state,
                "asked": asked,
                "due": due,
                "asked_at": change.scene.at,
                "accepted_at": None,
                "answer": None,
                "answered_at": None,
            }
        ],
        key=["case_id", "unit"],
    )
