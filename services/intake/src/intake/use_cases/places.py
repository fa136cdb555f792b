"""Places: the gazetteer loaded, looked through, and found in a petition's words."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.place_table import read_places
from intake.domain.places import KINDS, KnownPlaces, Place
from intake.resources import Resources
from shared.clock import Clock
from shared.db import Session, upsert
from shared.errors import Invalid, both

_table, _editions = models.places, models.gazetteer_editions
_SHOWN_MOST = 20
_BATCH = 1_000


def load_places(session: Session, *, text: str, dry_run: bool, clock: Clock) -> dict[str, int]:
    """Replace the gazetteer by a table; what is not in it any more is found no more.

    Counts {added, changed, ended, unchanged}. Invalid, by line, for a table with a mistake.
    """
    wanted, faults = read_places(text)
    if faults:
        raise Invalid({f"{fault.line}:{fault.column}": fault.reason for fault in faults})
    if not wanted:
        raise Invalid({"1:": both("表里没有地点。", "There is no place in the table.")})
    rows = session.execute(sa.select(_table)).all()
    known = {row.code: _place(row) for row in rows if row.active}
    changed = {code: place for code, place in wanted.items() if known.get(code) != place}
    ended = sorted(known.keys() - wanted.keys())
    report = {
        "added": len(wanted.keys() - known.keys()),
        "changed": len(changed.keys() & known.keys()),
        "ended": len(ended),
        "unchanged": len(wanted) - len(changed),
    }
    if not dry_run and (changed or ended):
        _write(session, changed, ended, total=len(wanted), now=clock.now())
    return report


def _write(
    session: Session,
    changed: Mapping[str, Place],
    ended: list[str],
    *,
    total: int,
    now: dt.datetime,
) -> None:
    rows = [_row(place) for place in changed.values()]
    for start in range(0, len(rows), _BATCH):
        upsert(session, _table, rows[start : start + _BATCH], key=["code"])
    for start in range(0, len(ended), _BATCH):
        gone = _table.c.code.in_(ended[start : start + _BATCH])
        session.execute(sa.update(_table).where(gone).values(active=False))
    edition = (session.scalar(sa.select(sa.func.max(_editions.c.edition))) or 0) + 1
    session.execute(sa.insert(_editions).values(edition=edition, places=total, loaded_at=now))


def places_named(session: Session, *, name: str) -> dict[str, Any]:
    """Up to 20 places whose name begins so, for whoever chooses one."""
    begins = _table.c.name.startswith(name, autoescape=True)
    found = session.execute(
        sa.select(_table)
        .where(begins, _table.c.active)
        .order_by(_table.c.name, _table.c.code)
        .limit(_SHOWN_MOST)
    ).all()
    return {"items": _shown(session, found)}


def place_of(
    session: Session, petition: Mapping[str, Any], *, now: dt.datetime, resources: Resources
) -> str | None:
    """The code of the place that a petition is about: the one that it names, or whose name its
    place, title or content holds. Invalid for a code that there is none of."""
    given: str | None = petition["place_code"]
    known = current_places(session, now=now, known=resources.places)
    if given is None:
        return known.gazetteer.meant((petition["place"], petition["title"], petition["content"]))
    if given not in known.gazetteer.places and not _is_there(session, given):
        raise Invalid({"place_code": both("没有这个地点。", "There is no such place.")})
    return given


def current_places(session: Session, *, now: dt.datetime, known: KnownPlaces) -> KnownPlaces:
    """The gazetteer as it was at most half a minute ago."""
    if known.is_due(now):
        edition = session.scalar(sa.select(sa.func.max(_editions.c.edition))) or 0
        if edition != known.edition:
            rows = session.execute(sa.select(_table).where(_table.c.active))
            known.replace((_place(row) for row in rows), edition=edition)
    return known


def _is_there(session: Session, code: str) -> bool:
    found = sa.select(_table.c.code).where(_table.c.code == code, _table.c.active)
    return session.scalar(found) is not None


def _shown(session: Session, rows: Any) -> list[dict[str, Any]]:
    outer = {row.within for row in rows if row.within}
    found = session.execute(sa.select(_table.c.code, _table.c.name).where(_table.c.code.in_(outer)))
    names = {code: name for code, name in found}
    return [
        {
            "code": row.code,
            "name": row.name,
            "kind": row.kind,
            "kind_name": KINDS.get(row.kind, row.kind),
            "within": row.within,
            "within_name": names.get(row.within),
            "longitude": row.longitude,
            "latitude": row.latitude,
        }
        for row in rows
    ]


def _place(row: sa.Row[Any]) -> Place:
    return Place(
        code=row.code,
        name=row.name,
        other_names=tuple(row.other_names),
        kind=row.kind,
        within=row.within,
        longitude=row.longitude,
        latitude=row.latitude,
    )


def _row(place: Place) -> dict[str, Any]:
    return {
        "code": place.code,
        "name": place.name,
        "other_names": list(place.other_names),
        "kind": place.kind,
        "within": place.within,
        "longitude": place.longitude,
        "latitude": place.latitude,
        "active": True,
    }
