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
        known = session.scalar(sa.select(table.c.code).where(table.c.code == parent))
        if known is None or parent == code:
            raise Invalid({"parent": both("没有这个上级单位。", "There is no such parent unit.")})
    row = {"code": code, **unit}
    upsert(session, table, [row], key=["code"])
    return row


def list_units(session: Session) -> list[dict[str, Any]]:
    """All units, by code."""
    table = models.units
    return [dict(row._mapping) for row in session.execute(sa.select(table).order_by(table.c.code))]


def unit_names(session: Session) -> dict[str, str]:
    """Unit names by code."""
    table = models.units
    return {code: name for code, name in session.execute(sa.select(table.c.code, table.c.name))}
