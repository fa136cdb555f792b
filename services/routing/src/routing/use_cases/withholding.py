"""What other services are told of whom a case is withheld from, and of its named readers.

    case_accused, case_access -> marks in the header of every case event
                              -> access_told: by which key, and how many of them

Marks only: an account's name is in no event (T22 Arts.28(3), 30(3)). A case that was told under a
key that has been replaced, by a release that did not tell, or not at all is told again.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from routing import models
from routing.domain.guards.protecting import ACCUSATION
from shared.db import Session, upsert
from shared.marks import Marker

_ACCOUNT, _UNIT, _READER = "account", "unit", "reader"


class Told(NamedTuple):
    """The marks in a case's header, sorted."""

    withheld_from: list[str]
    named_readers: list[str]


NOBODY = Told([], [])


def told_of(
    session: Session, rows: Sequence[Mapping[str, Any]], *, marker: Marker
) -> dict[str, Told]:
    """The marks of each case row; that they are told is written down with what they tell.

    A unit is kept out of what accuses it; a claim goes to the unit that it is about (T22 Art.23).
    """
    purposes = {row["case_id"]: row["purpose"] for row in rows}
    found: dict[str, Told] = {}
    count: dict[str, int] = {}
    for case_id, kind, who in session.execute(_entries(purposes)):
        told = found.setdefault(case_id, Told([], []))
        count[case_id] = count.get(case_id, 0) + 1
        if kind == _READER:
            told.named_readers.append(marker.mark("account", who))
        elif kind == _ACCOUNT:
            told.withheld_from.append(marker.mark("account", who))
        elif purposes[case_id] == ACCUSATION:
            told.withheld_from.append(marker.mark("unit", who))
    kept = [
        {"case_id": case_id, "key_id": marker.key_id, "entries": count[case_id]}
        for case_id in sorted(count)
    ]
    upsert(session, models.access_told, kept, key=["case_id"])
    return {
        case_id: Told(sorted(told.withheld_from), sorted(told.named_readers))
        for case_id, told in found.items()
    }


def untold(session: Session, *, marker: Marker, most: int) -> list[str]:
    """Cases whose marks other services do not have as they are now, by id."""
    one, told = _entries(None).subquery(), models.access_told
    entries = sa.select(one.c.case_id, sa.func.count().label("entries")).group_by(one.c.case_id)
    now = entries.subquery()
    is_told = sa.exists().where(
        told.c.case_id == now.c.case_id,
        told.c.key_id == marker.key_id,
        told.c.entries == now.c.entries,
    )
    wanted = sa.select(now.c.case_id).where(~is_told).order_by(now.c.case_id).limit(most)
    return list(session.scalars(wanted))


def _entries(case_ids: Iterable[str] | None) -> sa.CompoundSelect[Any]:
    """Case, kind and name of all who are kept out or named; of these cases, or of all."""
    out, readers = models.case_accused, models.case_access
    kept_out = sa.select(out.c.case_id, out.c.kind, out.c.who)
    reading = sa.select(readers.c.case_id, sa.literal(_READER), readers.c.account)
    if case_ids is not None:
        wanted = sorted(case_ids)
        kept_out = kept_out.where(out.c.case_id.in_(wanted))
        reading = reading.where(readers.c.case_id.in_(wanted))
    return sa.union_all(kept_out, reading)
