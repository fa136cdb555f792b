"""What intake tells of a registration after it: cleared of suspicion, corrected, void; and what
its petitioner asks for.

told -> the petition's case, or waiting_changes until the case, or its words, are there
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.resources import Resources
from routing.use_cases import requests
from routing.use_cases.handling import SYSTEM, attempt
from shared.clock import Clock
from shared.contracts import Event
from shared.db import Session, insert_missing

_waiting = models.waiting_changes


@dataclass(frozen=True)
class Told:
    """What was told of a petition, and when it happened."""

    event_id: str
    type: str
    version: int
    data: Mapping[str, Any]
    at: dt.datetime


def follow(session: Session, *, event: Event, clock: Clock, resources: Resources) -> None:
    """Let the petition's case follow what its registration became (P-GC22 Art.4, T22 Art.30)."""
    told = Told(event.id, event.type, event.subject_version, event.data, event.time)
    _follow(session, told, clock=clock, resources=resources)


def take_up(
    session: Session, petition_ids: Iterable[str], *, clock: Clock, resources: Resources
) -> None:
    """Do what was told of these petitions before their case, or its words, were there."""
    these = _waiting.c.petition_id.in_(list(petition_ids))
    order = (_waiting.c.petition_id, _waiting.c.version)
    found = session.execute(sa.select(_waiting).where(these).order_by(*order)).all()
    if found:
        session.execute(sa.delete(_waiting).where(these))
    for row in found:
        told = Told(row.event_id, row.type, row.version, row.data, row.at)
        _follow(session, told, clock=clock, resources=resources)


def _follow(session: Session, told: Told, *, clock: Clock, resources: Resources) -> None:
    row = _case_of(session, told.data["petition_id"])
    if row is None:
        _wait(session, told)
        return
    if told.type in requests.TYPES:
        requests.take(
            session,
            type_=told.type,
            data=told.data,
            case_id=row["case_id"],
            at=told.at,
            clock=clock,
            resources=resources,
        )
        return
    step = _STEPS[told.type]
    if step.is_early(row, told):
        _wait(session, told)
        return
    if not step.concerns(row, told):
        return
    attempt(
        session,
        row=row,
        action=step.action,
        body=told.data,
        by=SYSTEM,
        at=max(told.at, row["last_at"]),
        now=clock.now(),
        resources=resources,
    )


def _case_of(session: Session, petition_id: str) -> dict[str, Any] | None:
    """The case that holds the petition, locked; None where none does."""
    table, links = models.cases, models.case_petitions
    held = sa.select(links.c.case_id).where(links.c.petition_id == petition_id)
    statement = sa.select(table).where(table.c.case_id.in_(held)).with_for_update()
    row = session.execute(statement).first()
    return dict(row._mapping) if row else None


def _wait(session: Session, told: Told) -> None:
    row = {
        "event_id": told.event_id,
        "petition_id": told.data["petition_id"],
        "type": told.type,
        "version": told.version,
        "data": dict(told.data),
        "at": told.at,
    }
    insert_missing(session, _waiting, [row], key=["event_id"])


def _never(_row: Mapping[str, Any], _told: Told) -> bool:
    return False


def _always(_row: Mapping[str, Any], _told: Told) -> bool:
    return True


def _holds_it(row: Mapping[str, Any], told: Told) -> bool:
    return told.data["petition_id"] in row["petition_ids"]


def _holds_it_alone(row: Mapping[str, Any], told: Told) -> bool:
    return bool(row["petition_ids"] == [told.data["petition_id"]])


def _has_no_words(row: Mapping[str, Any], told: Told) -> bool:
    return told.data["before"] is not None and row["title"] is None


@dataclass(frozen=True)
class _Step:
    """The action that follows, whether it is too early for it, and whether the case is concerned.

    A case that is secret for another reason too, or holds other petitions, stays secret until a
    person lifts it; one that was answered meanwhile, or has ended, is not void.
    """

    action: str
    is_early: Callable[[Mapping[str, Any], Told], bool]
    concerns: Callable[[Mapping[str, Any], Told], bool]


_STEPS = {
    "petition.cleared.v1": _Step("clear_suspicion", _never, _holds_it_alone),
    "petition.corrected.v1": _Step("correct", _has_no_words, _always),
    "petition.voided.v1": _Step("void", _never, _holds_it),
}
