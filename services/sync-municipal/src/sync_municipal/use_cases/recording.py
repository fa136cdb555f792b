"""Writing the ledger from what routing says."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from shared.contracts import Event
from shared.db import Session, insert_missing, upsert_newer
from sync_municipal import domain
from sync_municipal.models import PENDING, case_petitions, cases, exchanges, marks, texts
from sync_municipal.use_cases.forgetting import forgotten
from sync_municipal.use_cases.retelling import versions_ahead

CLASSIFIED = "case.classified.v1"


def keep_cases(session: Session, heard: Sequence[Event]) -> None:
    """Keep each case's newest header and every petition it was ever seen with."""
    newest = {event.subject: event for event in sorted(heard, key=lambda e: e.subject_version)}
    versions = marks.keep(session, heard)
    rows = [
        {
            "case_id": event.data["header"]["case_id"],
            "version": event.subject_version,
            "marks_version": versions[event.subject],
            "secret": event.data["header"]["secret"],
            "lead_unit": event.data["header"]["lead_unit"],
            "co_units": event.data["header"]["co_units"],
        }
        for event in newest.values()
    ]
    upsert_newer(session, cases, rows, key=["case_id"])
    links = {
        (petition_id, event.data["header"]["case_id"])
        for event in heard
        for petition_id in event.data["header"]["petition_ids"]
    }
    pairs = [{"petition_id": p, "case_id": c} for p, c in sorted(links)]
    insert_missing(session, case_petitions, pairs, key=["petition_id", "case_id"])


def write_exchanges(session: Session, heard: Sequence[Event], *, now: dt.datetime) -> None:
    """Write what the city is to be told: one row per case and version, decided by that event alone.

    Order and repetition change nothing. Imported history is told as well. The words of what was
    erased come too late.
    """
    told = [event for event in heard if domain.goes_to_city(event.data["header"])]
    ahead = versions_ahead(session)
    rows = [_exchange(event, now, ahead) for event in told]
    insert_missing(session, exchanges, rows, key=["case_id", "version"])
    gone = forgotten(session, {e.data["header"]["case_id"] for e in told if _has_text(e)})
    masked = [
        {
            "case_id": event.data["header"]["case_id"],
            "version": event.subject_version,
            **_words(event, gone),
        }
        for event in told
        if _has_text(event)
    ]
    upsert_newer(session, texts, masked, key=["case_id"])


def _exchange(event: Event, now: dt.datetime, ahead: int) -> dict[str, Any]:
    case_id, version = event.data["header"]["case_id"], event.subject_version
    told = version + ahead
    return {
        "case_id": case_id,
        "version": version,
        "event_type": event.type,
        "idempotency_key": domain.idempotency_key(case_id=case_id, version=told),
        "payload": domain.payload(event.data["header"], version=told),
        "with_text": _has_text(event),
        "historical": event.historical,
        "created_at": now,
        "status": PENDING,
        "next_attempt_at": now,
        # Not the span of this handling: the ledger is the same in whatever order events come.
        "traceparent": event.made_in,
    }


def _words(event: Event, gone: Collection[str]) -> dict[str, str | None]:
    if event.data["header"]["case_id"] in gone:
        return {"title": None, "text": None}
    return {"title": event.data["title"], "text": event.data["text"]}


def _has_text(event: Event) -> bool:
    has_any = event.data["title"] is not None or event.data["text"] is not None
    return event.type == CLASSIFIED and has_any
