"""A case's journal, as who may see the case reads it."""

from typing import Any

import sqlalchemy as sa

from routing import models
from routing.resources import Resources
from routing.use_cases.reading import case_row
from shared.auth import Principal
from shared.db import Session
from shared.web.paging import page

UNTOLD = frozenset({"protect", "recuse", "grant_access", "revoke_access"})
"""Steps that say who is accused or trusted: for those who decide on them alone (Art.30(3))."""


def told_to(by: Principal) -> sa.ColumnElement[bool]:
    """The condition for the steps of a case that one who may see the case is told of."""
    if by.sees_all_units and by.has("dispatcher", "leader", "importer"):
        return sa.true()
    return models.steps.c.action.not_in(sorted(UNTOLD))


def steps(
    session: Session, *, case_id: str, query: dict[str, Any], by: Principal, resources: Resources
) -> dict[str, Any]:
    """A page of a case's steps, newest first; NotFound where the case is not theirs to know."""
    case_row(session, case_id=case_id, by=by)
    table = models.steps
    statement = sa.select(table).where(table.c.case_id == case_id, told_to(by))
    known = resources.procedure.actions

    def show(row: Any) -> dict[str, Any]:
        step = dict(row._mapping)
        action = known.get(step["action"])
        return step | {"action_name": action.title if action else step["action"]}

    return page(session, statement, by=table.c.seq, query=query, present=show)
