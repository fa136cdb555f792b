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


def untold(
    session: Session, *, marker: Marker, after: str, most: int
) -> tuple[list[str], str | None]:
    """Of the next `most` cases that have marks, those that other services do not have them of.

    In the order of ids, from `after` on; with the last id that was looked at, None at the end. Page
    by page, because to compare all at once costs more than there is to gain: they are nearly always
    told already.
    """
    looked = list(session.scalars(_marked(after, most)))
    now: dict[str, int] = {}
    for case_id, _kind, _who in session.execute(_entries(looked)):
        now[case_id] = now.get(case_id, 0) + 1
    table = models.access_told
    told = sa.select(table.c.case_id, table.c.key_id, table.c.entries)
    known = {
        row.case_id: (row.key_id, row.entries)
        for row in session.execute(told.where(table.c.case_id.in_(looked)))
    }
    wanted = [one for one in looked if known.get(one) != (marker.key_id, now[one])]
    return wanted, looked[-1] if len(looked) == most else None


def _marked(after: str, most: int) -> sa.CompoundSelect[Any]:
    """The next cases that somebody is kept out of or named in, each table read along its key."""
    ways = []
    for table in (models.case_accused, models.case_access):
        ids = sa.select(table.c.case_id).where(table.c.case_id > after).distinct()
        ways.append(sa.select(ids.order_by(table.c.case_id).limit(most).subquery()))
    return sa.union(*ways).order_by("case_id").limit(most)


def _entries(case_ids: Iterable[str]) -> sa.CompoundSelect[Any]:
    """Case, kind and name of all who are kept out of these cases or named in them."""
    out, readers, wanted = models.case_accused, models.case_access, sorted(case_ids)
    kept_out = sa.select(out.c.case_id, out.c.kind, out.c.who)
    reading = sa.select(readers.c.case_id, sa.literal(_READER), readers.c.account)
    return sa.union_all(
        kept_out.where(out.c.case_id.in_(wanted)), reading.where(readers.c.case_id.in_(wanted))
    )
