"""Persons of a petition: sealed on their way into the database, opened on their way out."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.participants import (
    AGENT,
    LISTS,
    NEEDS_NO_AUTHORISATION,
    PARTS,
    RELATIONS,
)
from intake.use_cases.persons import opened, sealed
from shared.db import Session
from shared.pii import KeyRing


def sealed_petitioner(
    petition: Mapping[str, Any], petition_id: str, ring: KeyRing
) -> dict[str, Any] | None:
    """The petitioner's row; None where nothing at all is known of them."""
    person = petition.get("petitioner") or {}
    if not any(person.values()):
        return None
    return {"petition_id": petition_id, **sealed(person, petition_id, ring=ring)}


def sealed_participants(
    petition: Mapping[str, Any], petition_id: str, ring: KeyRing
) -> list[dict[str, Any]]:
    """The rows of those beside the petitioner, in the order in which they were named."""
    rows = []
    for name, part in LISTS.items():
        for place, person in enumerate(petition.get(name) or ()):
            row = {"petition_id": petition_id, "part": part, "place": place}
            row |= sealed(person, bound_to(petition_id, part, place), ring=ring)
            paper = person.get("authorisation") or {}
            row["relation"] = person.get("relation")
            row |= {field: paper.get(field) for field in ("signed_on", "until", "scope")}
            rows.append(row)
    return rows


def names_of(petition: Mapping[str, Any]) -> list[str]:
    """All names that a petition's words may hold."""
    persons = [petition.get("petitioner") or {}]
    persons += [one for name in LISTS for one in petition.get(name) or ()]
    return [person["name"] for person in persons if person.get("name")]


def posted_persons(session: Session, petition_id: str, ring: KeyRing) -> dict[str, Any]:
    """A petition's persons in clear, in the shape in which channels post them."""
    listed: dict[str, list[dict[str, Any]]] = {name: [] for name in LISTS}
    lists = {part: name for name, part in LISTS.items()}
    for row in _participant_rows(session, petition_id):
        person: dict[str, Any] = {}
        person |= opened(row, bound_to(petition_id, row.part, row.place), ring=ring)
        if row.part == AGENT:
            paper = {"signed_on": row.signed_on, "until": row.until, "scope": row.scope}
            person |= {"relation": row.relation, "authorisation": paper if row.signed_on else None}
        listed[lists[row.part]].append(person)
    return listed | {"petitioner": petitioner_of(session, petition_id, ring)}


def replace_persons(
    session: Session, petition: Mapping[str, Any], petition_id: str, ring: KeyRing
) -> None:
    """Put a petition's persons, as posted, in the place of those that it had."""
    for table in (models.petitioners, models.participants):
        session.execute(sa.delete(table).where(table.c.petition_id == petition_id))
    petitioner = sealed_petitioner(petition, petition_id, ring)
    if petitioner:
        session.execute(sa.insert(models.petitioners), petitioner)
    participants = sealed_participants(petition, petition_id, ring)
    if participants:
        session.execute(sa.insert(models.participants), participants)


def petitioner_of(session: Session, petition_id: str, ring: KeyRing) -> dict[str, Any] | None:
    """The petitioner in clear; None where nothing at all is known of them."""
    table = models.petitioners
    row = session.execute(sa.select(table).where(table.c.petition_id == petition_id)).first()
    return opened(row, petition_id, ring=ring) if row else None


def participants_of(
    session: Session, petition_id: str, ring: KeyRing, *, today: dt.date
) -> list[dict[str, Any]]:
    """Those beside the petitioner in clear: agents, representatives, cosigners."""
    return [_participant(row, ring, today) for row in _participant_rows(session, petition_id)]


def _participant_rows(session: Session, petition_id: str) -> list[sa.Row[Any]]:
    table = models.participants
    found = sa.select(table).where(table.c.petition_id == petition_id)
    return list(session.execute(found.order_by(table.c.part, table.c.place)).all())


def _participant(row: sa.Row[Any], ring: KeyRing, today: dt.date) -> dict[str, Any]:
    shown = {
        "part": row.part,
        "part_name": PARTS[row.part],
        "relation": row.relation,
        "relation_name": RELATIONS.get(row.relation),
        "signed_on": row.signed_on,
        "until": row.until,
        "scope": row.scope,
        "authorised": _authorised(row, today) if row.part == AGENT else None,
    }
    return shown | opened(row, bound_to(row.petition_id, row.part, row.place), ring=ring)


def _authorised(agent: sa.Row[Any], today: dt.date) -> bool:
    """Whether an agent may act today: by law, or by a paper that is signed and not run out."""
    if agent.relation in NEEDS_NO_AUTHORISATION:
        return True
    return agent.signed_on is not None and (agent.until is None or today <= agent.until)


def bound_to(petition_id: str, part: str, place: int) -> str:
    """Where a participant's fields are bound to."""
    return f"{petition_id}/{part}/{place}"
