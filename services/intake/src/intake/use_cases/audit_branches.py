"""Opening the branches of the audit chain, and tying them to the main chain.

A tie says how far each branch was. So a branch cannot be put back to an older state alone: the
main chain would have to be put back with it.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.audit import BRANCH, BRANCHES, TIE, AuditKeys
from intake.use_cases.audit_heads import branch_heads, main_head
from intake.use_cases.auditing import add_to, entry
from shared.db import Session

ITSELF = "intake"
"""Who opens and ties branches."""
_branches, _entries = models.audit_branches, models.audit


def open_branches(session: Session, *, now: dt.datetime, keys: AuditKeys) -> None:
    """Open the branches once, and have the main chain say how many.

    If they are gone later, they stay gone: `verify-audit` is to name that. SQLite needs none, its
    writers come one after another anyway.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    if session.execute(sa.select(_branches.c.branch).limit(1)).first() is not None:
        return
    head = main_head(session, now=now, keys=keys)
    if branches_opened(session):
        return
    opened = entry(act=BRANCH, who=ITSELF, at=now, facts={"branches": BRANCHES})
    add_to(session, head, [opened], keys=keys)
    session.execute(sa.insert(_branches), branch_heads(BRANCHES, keys))


def branches_opened(session: Session) -> int:
    """How many branches the main chain says there are."""
    opening = (
        sa.select(_entries.c.facts)
        .where(_entries.c.who == ITSELF, _entries.c.act == BRANCH)
        .order_by(_entries.c.seq)
        .limit(1)
    )
    facts = session.scalar(opening)
    return int(facts["branches"]) if facts else 0


def tie_branches(session: Session, *, now: dt.datetime, keys: AuditKeys) -> None:
    """Have the main chain say how far each branch is, if one has moved since it last said so."""
    if not _positions(session):
        return
    head = main_head(session, now=now, keys=keys)
    positions = _positions(session)
    if positions != _last_tied(session):
        tie = entry(act=TIE, who=ITSELF, at=now, facts=positions)
        add_to(session, head, [tie], keys=keys)


def _positions(session: Session) -> dict[str, Any]:
    """Number and seal of the newest entry of each branch that has one."""
    found = session.execute(sa.select(_branches).order_by(_branches.c.branch))
    moved = [row for row in found if any(row.seal)]
    return {str(row.branch): [row.seq, bytes(row.seal).hex()] for row in moved}


def _last_tied(session: Session) -> Any:
    newest = (
        sa.select(_entries.c.facts)
        .where(_entries.c.who == ITSELF, _entries.c.act == TIE)
        .order_by(_entries.c.seq.desc())
        .limit(1)
    )
    return session.scalar(newest)
