"""Secrecy, named readers, who is accused and who is recused (T22 Arts.28(3), 30(3), 46(五))."""

from collections.abc import Callable, Iterable

import sqlalchemy as sa

from routing import models
from routing.domain.guards.protecting import ACCUSATION, touched
from routing.models import coordination
from routing.use_cases.change import Change
from routing.use_cases.scene import offices
from shared.db import insert_missing

_ON_CASES = (
    (coordination.meetings, coordination.meeting_cases, "meeting_id"),
    (coordination.tasks, coordination.task_cases, "task_id"),
    (coordination.advice, coordination.advice_cases, "advice_id"),
)


def protect(change: Change) -> None:
    """Write down whom the case accuses, so that it never reaches them."""
    keep_out(change, "unit", change.body.get("accused_units") or ())
    keep_out(change, "account", change.body.get("accused_accounts") or ())
    if change.row["handler"] in (change.body.get("accused_accounts") or ()):
        change.row["handler"] = None
    if change.row["purpose"] == ACCUSATION:
        _take_parts(change, frozenset(change.body.get("accused_units") or ()))


def _take_parts(change: Change, accused: frozenset[str]) -> None:
    """Who is accused, or stands below, has no part in the case any more."""
    table = models.case_parts
    known = offices(change.session, change.scene.parts, on=change.day)
    out = {code for code, office in known.items() if touched(office, accused)}
    if out:
        change.session.execute(
            sa.delete(table).where(
                table.c.case_id == change.row["case_id"], table.c.unit.in_(sorted(out))
            )
        )
        change.row["co_units"] = [unit for unit in change.row["co_units"] if unit not in out]


def recuse(change: Change) -> None:
    """A person with an interest of their own has nothing more to do with the case (Art.28(3))."""
    account = change.body["account"]
    keep_out(change, "account", [account])
    if change.row["handler"] == account:
        change.row["handler"] = None


def keep_secret(change: Change) -> None:
    """From now on only those who must know see the case."""
    change.row["secret"] = True
    change.facts.pop("suspected", None)
    hide_what_is_on(change)


def hide_what_is_on(change: Change) -> None:
    """Meetings, tasks and advice on a case that becomes secret are looked at as closely as it is.

    Who may not see the case sees none of them any more (T22 Arts.30(3), 46(五)).
    """
    for thing, links, key in _ON_CASES:
        linked = sa.select(links.c[key]).where(links.c.case_id == change.row["case_id"])
        statement = sa.update(thing).where(thing.c[key].in_(linked)).values(secret=True)
        change.session.execute(statement)


def lift_secret(change: Change) -> None:
    """The reason for secrecy has gone."""
    change.row["secret"] = False
    change.facts.pop("suspected", None)


def grant_access(change: Change) -> None:
    """Name a person who may see the secret case."""
    row = {
        "case_id": change.row["case_id"],
        "account": change.body["account"],
        "granted_by": change.scene.by.account,
        "granted_at": change.scene.at,
        "reason": change.body["reason"],
    }
    insert_missing(change.session, models.case_access, [row], key=["case_id", "account"])


def revoke_access(change: Change) -> None:
    """Take the name off the list."""
    table = models.case_access
    change.session.execute(
        sa.delete(table).where(
            table.c.case_id == change.row["case_id"], table.c.account == change.body["account"]
        )
    )


def keep_out(change: Change, kind: str, whom: Iterable[str]) -> None:
    """Keep units or accounts out of the case."""
    case_id = change.row["case_id"]
    rows = [{"case_id": case_id, "kind": kind, "who": who} for who in whom]
    insert_missing(change.session, models.case_accused, rows, key=["case_id", "kind", "who"])


EFFECTS: dict[str, Callable[[Change], None]] = {
    "protect": protect,
    "recuse": recuse,
    "keep_secret": keep_secret,
    "lift_secret": lift_secret,
    "clear_suspicion": lift_secret,
    "grant_access": grant_access,
    "revoke_access": revoke_access,
}
