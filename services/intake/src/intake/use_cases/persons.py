"""Petitioners: kept encrypted, and found across channels by blind indexes of their numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.persons import NORMAL, NORMAL_FORM
from shared.pii import MASKS, KeyRing


def sealed(person: Mapping[str, Any], bound_to: str, *, ring: KeyRing) -> dict[str, Any]:
    """What a row keeps of a person, bound to its place so that it opens in no other."""
    row: dict[str, Any] = {"sealed_with": ring.current, "indexed_with": indexed_with(ring)}
    for name in MASKS:
        value = person.get(name)
        row[name] = ring.encrypt(value, place=f"{bound_to}/{name}") if value else None
    for kind, normal in NORMAL.items():
        value = person.get(kind)
        row[f"{kind}_index"] = ring.blind_index(normal(value), kind=kind) if value else None
    return row


def opened(row: sa.Row[Any], bound_to: str, *, ring: KeyRing) -> dict[str, str | None]:
    """What a row says of a person, decrypted; Undecryptable where it was tampered with."""
    return {
        name: ring.decrypt(value, place=f"{bound_to}/{name}") if value else None
        for name in MASKS
        for value in [row._mapping[name]]
    }


def sealed_number(number: str | None, bound_to: str, *, ring: KeyRing) -> dict[str, Any]:
    """The columns of a phone number that stands alone: sealed, and its blind index."""
    if not number:
        return {"number": None, "number_index": None, "indexed_with": None}
    return {
        "number": ring.encrypt(number, place=f"{bound_to}/number"),
        "number_index": ring.blind_index(NORMAL["phone"](number), kind="phone"),
        "indexed_with": indexed_with(ring),
    }


def opened_number(row: sa.Row[Any], bound_to: str, *, ring: KeyRing) -> str | None:
    """A phone number that stands alone, in clear; None where there is none or it was erased."""
    return ring.decrypt(row.number, place=f"{bound_to}/number") if row.number else None


def indexed_with(ring: KeyRing) -> str:
    """How blind indexes are made now: the index key's id and the numbers' normal form."""
    return f"{ring.current_index}/{NORMAL_FORM}"


def numbers_of(person: Mapping[str, str | None] | None) -> dict[str, str]:
    """The numbers by which a person is known across channels, by kind."""
    return {kind: number for kind in NORMAL if (number := (person or {}).get(kind))}


def indexes_of(numbers: Mapping[str, str], *, ring: KeyRing) -> dict[str, list[bytes]]:
    """Every blind index that numbers can have been given, however they were written, by kind.

    While an index key is being replaced there are two of each.
    """
    return {
        kind: ring.blind_indexes(NORMAL[kind](number), kind=kind)
        for kind, number in numbers.items()
    }


def petitions_with(indexes: Mapping[str, Sequence[bytes]]) -> sa.CompoundSelect[Any]:
    """The ids of the petitions of whoever has one of these numbers."""
    table = models.petitioners
    return sa.union(
        *(
            sa.select(table.c.petition_id).where(table.c[f"{kind}_index"].in_(found))
            for kind, found in indexes.items()
        )
    )
