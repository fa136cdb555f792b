"""The heads of the audit chain and of its branches: found, locked, checked and moved.

    free_head: audit_head if nobody has it, else a free one of audit_branches, else wait for it

With one chain, as many entries are possible a second as commits one after another; with branches,
PostgreSQL commits them together.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.audit import (
    APART,
    MAIN,
    NOTHING_BEFORE,
    AuditKeys,
    branch_message,
    head_message,
    is_head,
)
from shared.db import Session, insert_missing

ADOPTION = dt.timedelta(days=1)
"""How long the looks of the release before are taken in, counted from the first entry."""
_HEAD = 1
_heads, _branches = models.audit_head, models.audit_branches
_main = sa.select(_heads).where(_heads.c.id == _HEAD)
_wait_for_main = _main.with_for_update()
_main_if_free = _main.with_for_update(skip_locked=True)
# No entry goes into a branch while the main chain's head is gone: that has to be noticed.
_branch_if_free = (
    sa.select(_branches)
    .where(sa.exists().where(_heads.c.id == _HEAD))
    .order_by(_branches.c.branch)
    .limit(1)
    .with_for_update(skip_locked=True, of=_branches)
)
_move_main = sa.update(_heads).where(_heads.c.id == _HEAD)
_move_branch = sa.update(_branches).where(_branches.c.branch == sa.bindparam("this"))


class ChainBroken(Exception):
    """A chain's head is gone or false: nobody sees a person until `verify-audit` was run."""


@dataclass(frozen=True)
class Head:
    """A chain's head, locked until the transaction ends: its newest entry's number and seal."""

    chain: int
    seq: int
    seal: bytes
    adopts_until: dt.datetime = dt.datetime.min.replace(tzinfo=dt.UTC)


def free_head(session: Session, *, now: dt.datetime, keys: AuditKeys) -> Head:
    """A head that nobody else has locked; the main chain's is waited for where there is none."""
    row = session.execute(_main_if_free).first()
    if row is not None:
        return _checked(row, keys)
    row = session.execute(_branch_if_free).first()
    return main_head(session, now=now, keys=keys) if row is None else _checked(row, keys)


def main_head(session: Session, *, now: dt.datetime, keys: AuditKeys) -> Head:
    """The main chain's head; made where nothing was written down yet."""
    row = session.execute(_wait_for_main).first()
    if row is None:
        if session.execute(sa.select(models.audit.c.seq).limit(1)).first() is not None:
            raise ChainBroken("the head of the audit chain is gone; run verify-audit")
        first = _sealed(Head(MAIN, 0, NOTHING_BEFORE, now + ADOPTION), keys)
        insert_missing(
            session, _heads, [{"id": _HEAD, "adopts_until": now + ADOPTION, **first}], key=["id"]
        )
        row = session.execute(_wait_for_main).one()
    return _checked(row, keys)


def move_head(session: Session, head: Head, seq: int, seal: bytes, *, keys: AuditKeys) -> None:
    """Have a locked head say that this entry is the newest."""
    moved = _sealed(Head(head.chain, seq, seal, head.adopts_until), keys)
    if head.chain == MAIN:
        session.execute(_move_main, moved)
    else:
        session.execute(_move_branch, moved | {"this": head.chain})


def branch_heads(count: int, keys: AuditKeys) -> list[dict[str, Any]]:
    """The heads of so many branches that have no entry yet."""
    return [
        {"branch": branch} | _sealed(Head(branch, branch * APART, NOTHING_BEFORE), keys)
        for branch in range(1, count + 1)
    ]


def _checked(row: sa.Row[Any], keys: AuditKeys) -> Head:
    head = dict(row._mapping)
    if not is_head(head, keys):
        raise ChainBroken("a head of the audit chain is false; run verify-audit")
    chain, seal = head.get("branch", MAIN), bytes(head["seal"])
    if chain != MAIN:
        return Head(chain, head["seq"], seal)
    return Head(MAIN, head["seq"], seal, head["adopts_until"])


def _sealed(head: Head, keys: AuditKeys) -> dict[str, Any]:
    """What a row keeps of a head."""
    if head.chain == MAIN:
        message = head_message(head.seq, head.seal, head.adopts_until)
    else:
        message = branch_message(head.chain, head.seq, head.seal)
    return {
        "seq": head.seq,
        "seal": head.seal,
        "key_id": keys.current,
        "head_seal": keys.seal(message),
    }
