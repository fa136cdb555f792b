"""At which revision the tables are that a process keeps copies of: one look for each session."""

from dataclasses import dataclass

import sqlalchemy as sa

from routing import models
from routing.models.calendar import calendar_state
from routing.models.classification import category_imports
from routing.models.units import unit_revisions
from shared.db import Session

_SEEN, _CHANGES = "revisions", "changes_revisions"
_LOOK = sa.select(
    sa.select(unit_revisions.c.revision)
    .where(unit_revisions.c.name == models.units.name)
    .scalar_subquery(),
    sa.select(sa.func.count()).select_from(models.units).scalar_subquery(),
    sa.select(calendar_state.c.revision).scalar_subquery(),
    sa.select(sa.func.max(category_imports.c.seq)).scalar_subquery(),
)


@dataclass(frozen=True)
class Revisions:
    """Units with their number, for rows may come by other ways; calendar; tree of categories."""

    units: str | None
    unit_count: int
    calendar: int
    categories: int


def revisions(session: Session) -> Revisions:
    """The revisions as this session saw them first, so that all of its work goes by the same."""
    found: Revisions | None = session.info.get(_SEEN)
    if found is None:
        units, count, calendar, categories = session.execute(_LOOK).one()
        found = Revisions(units, count, calendar or 0, categories or 0)
        if not session.info.get(_CHANGES):
            session.info[_SEEN] = found
    return found


def about_to_change(session: Session) -> None:
    """Have a session that changes one of the tables look anew each time: it may yet be undone."""
    session.info.pop(_SEEN, None)
    session.info[_CHANGES] = True
