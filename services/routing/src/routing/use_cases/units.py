"""Units: the bureau, departments, sub-districts and bodies that cases go to."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing import models
from shared.db import Session, upsert
from shared.errors import Invalid, both


def put_unit(session: Session, *, code: str, unit: Mapping[str, Any]) -> dict[str, Any]:
    """Create or replace a unit; its parent must exist."""
    table = models.units
    parent = unit["parent"]
    if parent is not None:
        parents = {c: p for c, p in session.execute(sa.select(table.c.code, table.c.parent))}
        if parent not in parents:
            raise Invalid({"parent": both("没有这个上级单位。", "There is no such parent unit.")})
        if code in _line_above(parent, parents):
            loop = both(
                "上级单位不能是本单位或其下级。", "May not be the unit itself or one below it."
            )
            raise Invalid({"parent": loop})
    row = {"code": code, **unit}
    upsert(session, table, [row], key=["code"])
    return row


def _line_above(code: str, parents: Mapping[str, str | None]) -> set[str]:
    """A unit and all above it."""
    line: set[str] = set()
    at: str | None = code
    while at is not None and at not in line:
        line.add(at)
        at = parents.get(at)
    return line


def list_units(session: Session) -> list[dict[str, Any]]:
    """All units, by code."""
    table = models.units
    return [dict(row._mapping) for row in session.execute(sa.select(table).order_by(table.c.code))]


def unit_names(session: Session) -> dict[str, str]:
    """Unit names by code."""
    table = models.units
    return {code: name for code, name in session.execute(sa.select(table.c.code, table.c.name))}
