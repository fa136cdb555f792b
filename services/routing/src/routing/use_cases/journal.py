"""A case's journal, as who may see the case reads it."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain.procedure import Action, Field
from routing.resources import Resources
from routing.use_cases.reading import case_row
from routing.use_cases.units import unit_names
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
    """A page of a case's steps, newest first; NotFound where the case is not theirs to know.

    `said` is the step's body for people: the title of each field, and names instead of codes.
    """
    case = case_row(session, case_id=case_id, by=by)
    table = models.steps
    statement = sa.select(table).where(table.c.case_id == case_id, told_to(by))
    known = resources.procedure.actions
    units = unit_names(session)
    names = {
        "unit": units,
        "category": {code: one.name for code, one in resources.rules.categories.items()},
        "key": dict(zip(case["petition_ids"], case["petition_nos"], strict=False)),
    }

    def show(row: Any) -> dict[str, Any]:
        step = dict(row._mapping)
        action, body = known.get(step["action"]), step["body"] or {}
        here = names | {_CASE: _numbers(session, action, body)} if action else names
        return step | {
            "action_name": action.title if action else step["action"],
            "unit_name": units.get(step["unit"], step["unit"]),
            "said": _said(action, body, here) if action else [],
        }

    return page(session, statement, by=table.c.seq, query=query, present=show)


def _said(
    action: Action, body: Mapping[str, Any], names: Mapping[str, Mapping[str, str]]
) -> list[dict[str, Any]]:
    found = []
    for ask in action.asks.values():
        value = body.get(ask.name)
        if value not in (None, "", []):
            case_id = value if ask.field.type == _CASE else None
            text = _in_words(ask.field, value, names)
            found.append({"title": ask.field.title, "text": text, "case_id": case_id})
    if joined := body.get("taken_in"):
        text = names[_CASE].get(joined, joined)
        found.insert(0, {"title": "并入本件的信访事项", "text": text, "case_id": joined})
    return found


def _numbers(session: Session, action: Action, body: Mapping[str, Any]) -> dict[str, str]:
    """The numbers of the cases that a step names, by their ids."""
    asked = [body.get(ask.name) for ask in action.asks.values() if ask.field.type == _CASE]
    ids = [one for one in (*asked, body.get("taken_in")) if one]
    if not ids:
        return {}
    table = models.cases
    found = session.execute(
        sa.select(table.c.case_id, table.c.case_no).where(table.c.case_id.in_(ids))
    )
    return {case_id: number for case_id, number in found}


def _in_words(field: Field, value: Any, names: Mapping[str, Mapping[str, str]]) -> str:
    """A value as people read it; of the parts of a case, their titles."""
    if isinstance(value, list):
        return "、".join(_in_words(field, one, names) for one in value)
    if isinstance(value, dict):
        return str(value.get("title", ""))
    if isinstance(value, bool):
        return "是" if value else "否"
    if field.type == "parts":
        return f"{value}件"
    table = field.choices or names.get(_NAMED.get(field.type, ""), {})
    return str(table.get(str(value), value))


_CASE = "case"
_NAMED = {"unit": "unit", "units": "unit", "category": "category", "keys": "key", _CASE: _CASE}
