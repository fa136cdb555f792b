"""Persons of a petition: sealed on their way into the database, opened on their way out."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.participants import (
    AGENT,
    COSIGNER,
    NEEDS_NO_AUTHORISATION,
    PARTS,
    RELATIONS,
    REPRESENTATIVE,
)
from shared.db import Session
from shared.pii import MASKS, KeyRing

_INDEXED = ("phone", "id_number")
_LISTED = {"agents": AGENT, "representatives": REPRESENTATIVE, "cosigners": COSIGNER}


def sealed_petitioner(
    petition: Mapping[str, Any], petition_id: str, ring: KeyRing
) -> dict[str, Any] | None:
    """The petitioner's row; None where nothing at all is known of them."""
    person = petition.get("petitioner") or {}
    if not any(person.values()):
        return None
    return {"petition_id": petition_id, **_sealed(person, petition_id, ring)}


def sealed_participants(
    petition: Mapping[str, Any], petition_id: str, ring: KeyRing
) -> list[dict[str, Any]]:
    """The rows of those beside the petitioner, in the order in which they were named."""
    rows = []
    for name, part in _LISTED.items():
        for place, person in enumerate(petition.get(name) or ()):
            row = {"petition_id": petition_id, "part": part, "place": place}
            row |= _sealed(person, _bound_to(petition_id, part, place), ring)
            paper = person.get("authorisation") or {}
            row["relation"] = person.get("relation")
            row |= {field: paper.get(field) for field in ("signed_on", "until", "scope")}
            rows.append(row)
    return rows


def names_of(petition: Mapping[str, Any]) -> list[str]:
    """All names that a petition's words may hold."""
    persons = [petition.get("petitioner") or {}]
    persons += [one for name in _LISTED for one in petition.get(name) or ()]
    return [person["name"] for person in persons if person.get("name")]


def petitioner_of(session: Session, petition_id: str, ring: KeyRing) -> dict[str, Any] | None:
    """The petitioner in clear; None where nothing at all is known of them."""
    table = models.petitioners
    row = session.execute(sa.select(table).where(table.c.petition_id == petition_id)).first()
    return _opened(row, petition_id, ring) if row else None


def participants_of(
    session: Session, petition_id: str, ring: KeyRing, *, today: dt.date
) -> list[dict[str, Any]]:
    """Those beside the petitioner in clear: agents, representatives, cosigners."""
    table = models.participants
    found = session.execute(
        sa.select(table)
        .where(table.c.petition_id == petition_id)
        .order_by(table.c.part, table.c.place)
    )
    return [_participant(row, ring, today) for row in found]


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
    return shown | _opened(row, _bound_to(row.petition_id, row.part, row.place), ring)


def _authorised(agent: sa.Row[Any], today: dt.date) -> bool:
    """Whether an agent may act today: by law, or by a paper that is signed and not run out."""
    if agent.relation in NEEDS_NO_AUTHORISATION:
        return True
    return agent.signed_on is not None and (agent.until is None or today <= agent.until)


def _bound_to(petition_id: str, part: str, place: int) -> str:
    return f"{petition_id}/{part}/{place}"


def _sealed(person: Mapping[str, Any], bound_to: str, ring: KeyRing) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name in MASKS:
        value = person.get(name)
        row[name] = ring.encrypt(value, place=f"{bound_to}/{name}") if value else None
    for name in _INDEXED:
        value = person.get(name)
        row[f"{name}_index"] = ring.blind_index(value, kind=name) if value else None
    return row


def _opened(row: sa.Row[Any], bound_to: str, ring: KeyRing) -> dict[str, Any]:
    values = {name: row._mapping[name] for name in MASKS}
    return {
        name: ring.decrypt(value, place=f"{bound_to}/{name}") if value else None
        for name, value in values.items()
    }
