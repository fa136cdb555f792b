"""What is known of units: which there are on a day, who is above whom, who is responsible."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from routing import models
from routing.domain import jurisdiction
from routing.domain.jurisdiction import Responsibility, Responsible, Reviewer
from routing.domain.units import UnitRecord, line_above, record
from routing.models.units import responsibilities
from routing.use_cases.revisions import revisions
from shared.db import Session


@dataclass(frozen=True)
class _Copy:
    """All units as they were at a revision."""

    revision: str
    count: int
    units: Mapping[str, UnitRecord]


_copies: WeakKeyDictionary[sa.Engine | sa.Connection, _Copy] = WeakKeyDictionary()


def organisation(session: Session) -> Mapping[str, UnitRecord]:
    """All units by code; a copy is kept for as long as the table's revision stays what it is.

    The number of rows counts as well: rows may come by other ways than these use cases.
    """
    seen = revisions(session)
    kept = _copies.get(session.get_bind())
    if kept is not None and (kept.revision, kept.count) == (seen.units, seen.unit_count):
        return kept.units
    units = MappingProxyType(read_units(session))
    if seen.units is not None:
        _copies[session.get_bind()] = _Copy(seen.units, seen.unit_count, units)
    return units


def unit_names(session: Session) -> dict[str, str]:
    """Unit names by code."""
    return {code: unit.name for code, unit in organisation(session).items()}


def read_units(session: Session) -> dict[str, UnitRecord]:
    """All units by code as they are in the database now, with one query."""
    table = models.units
    rows = session.execute(sa.select(table).order_by(table.c.code)).mappings().all()
    parents = {row["code"]: row["parent"] for row in rows}
    return {
        code: record({**row}, line=line_above(code, parents))
        for code, row in zip(parents, rows, strict=True)
    }


def with_lines(units: Mapping[str, UnitRecord]) -> dict[str, UnitRecord]:
    """The same units, each with the line of those above it."""
    parents = {code: unit.parent for code, unit in units.items()}
    return {code: replace(unit, line=line_above(code, parents)) for code, unit in units.items()}


def lines(session: Session) -> dict[str, tuple[str, ...]]:
    """Of each unit its own code and those of all above it, nearest first."""
    return {code: unit.line for code, unit in organisation(session).items()}


def unit_for(session: Session, code: str, *, on: dt.date) -> UnitRecord | None:
    """The unit, where it exists on that day."""
    unit = organisation(session).get(code)
    return unit if unit is not None and unit.valid_on(on) else None


def successor_of(
    session: Session,
    code: str,
    *,
    on: dt.date,
    category: str | None = None,
    area: str | None = None,
) -> str | None:
    """Who has on that day what `code` had, itself while it exists (T22 Art.24(2)).

    None where nobody is named, and for unknown codes.
    """
    units = organisation(session)
    return jurisdiction.successor(units, code, on=on, category=category, area=area)


def reviewer_of(session: Session, code: str, *, on: dt.date) -> Reviewer | None:
    """Which unit reviews this unit's opinions on that day (T22 Arts.35-36); see the domain."""
    return jurisdiction.reviewer(organisation(session), code, on=on)


def responsible(
    session: Session, *, category: str | None, area: str | None, on: dt.date
) -> list[Responsible]:
    """The units that a matter may go to, best first, each with its reason.

    Most specific category, then most specific area, then priority. A unit that no longer exists
    on that day is replaced by its successor (T22 Art.24(2)), each unit is named once.
    """
    units = organisation(session)
    categories = jurisdiction.category_line(category)
    areas = jurisdiction.area_line(area, units)
    table = responsibilities
    statement = sa.select(table).where(
        table.c.category.in_(categories),
        table.c.area.in_(areas),
        table.c.valid_from <= on,
        sa.or_(table.c.valid_to.is_(None), table.c.valid_to >= on),
    )
    rows = [Responsibility(**row._mapping) for row in session.execute(statement)]
    found: dict[str, Responsible] = {}
    for row in jurisdiction.best_first(rows, categories=categories, areas=areas):
        unit = jurisdiction.successor(units, row.unit, on=on, category=category, area=area)
        if unit is not None and unit not in found:
            why = jurisdiction.reason(row, category=category, area=area, heir_of=unit != row.unit)
            found[unit] = Responsible(unit, why)
    return list(found.values())
