"""Saying to the others what was registered, and its words where they may be said."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from intake.events import PetitionRegistered, PetitionText, events
from intake.use_cases.masking import masked_words
from intake.use_cases.sealing import names_of
from shared.db import Session
from shared.outbox import emit

_TOLD_OF_SECRETS = (
    *("petition_id", "petition_no", "channel", "purpose", "secret", "addressee"),
    *("received_at", "registered_at"),
)
"""All that is told of a petition in the secret lane; of its addressee, that it has none."""


def announce(
    session: Session, row: Mapping[str, Any], petition: Mapping[str, Any], *, suspected: bool
) -> None:
    """Say that a petition was registered; its words too, outside the secret lane."""
    told = dict(row) | {"anonymous": not (petition["petitioner"] or {}).get("name")}
    if row["secret"]:
        told = {name: None if name == "addressee" else told[name] for name in _TOLD_OF_SECRETS}
        told["suspected"] = suspected
    emit(
        session,
        events[PetitionRegistered],
        subject=row["petition_id"],
        data=told,
        time=row["registered_at"],
        historical=row["historical"],
    )
    if not row["secret"]:
        tell_words(session, row, names=names_of(petition), at=row["registered_at"])


def tell_words(
    session: Session, row: Mapping[str, Any], *, names: Iterable[str], at: dt.datetime
) -> None:
    """Tell routing a petition's words, masked; `names` are those of its persons."""
    masked = masked_words(row, names=names)
    emit(
        session,
        events[PetitionText],
        subject=row["petition_id"],
        data={"petition_id": row["petition_id"], **masked},
        time=at,
        historical=row["historical"],
    )
