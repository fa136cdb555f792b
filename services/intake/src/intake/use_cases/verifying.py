"""Verifying the audit chain and its branches from their first entries, or from an anchor that was
kept elsewhere.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import audit as audited
from intake.domain.audit import (
    APART,
    BRANCHES,
    MAIN,
    NOTHING_BEFORE,
    TIE,
    Anchor,
    AuditKeys,
    Examination,
    Finding,
    entries,
    head_of,
)
from intake.use_cases.audit_branches import ITSELF, branches_opened
from shared.db import Database, Session

_BATCH = 5000
_UNCOUNTED_MOST = 100
_entries = models.audit


@dataclass(frozen=True)
class _Chain:
    """A chain as of one moment: its head, and the number of its newest entry."""

    number: int
    head: dict[str, Any] | None
    newest: int

    @property
    def counted(self) -> int:
        """The number of the last entry that the head counts; all, where there is no head."""
        return self.head["seq"] if self.head else self.newest


def verify(
    db: Database,
    *,
    keys: AuditKeys,
    now: dt.datetime,
    anchor: Anchor | None = None,
    passed: Callable[[Anchor], None] = lambda _anchor: None,
) -> Iterator[Finding]:
    """Everything that is wrong with the chains after the anchor, or with the whole of them.

    Reads in batches while the service goes on; what is added meanwhile is left to the next time.
    After each batch, as long as nothing was found, `passed` is told how far the chains are right.
    """
    right = dict(anchor.chains) if anchor else {MAIN: (0, NOTHING_BEFORE)}
    with db.read() as session:
        chains = _chains(session)
        opened = {*right, *range(1, branches_opened(session) + 1)}
    found = False
    # Branches first: what the main chain says of them is then told of entries that were looked at.
    for chain in sorted(chains, key=lambda one: one.number == MAIN):
        if chain.head is None and chain.number in opened - {MAIN}:
            found = True
            yield Finding(head_of(chain.number), audited.NO_HEAD)
        for finding in _examined(db, chain, right, keys):
            if finding is not None:
                found = True
                yield finding
            elif not found:
                passed(Anchor(dict(right)))
    with db.read() as session:
        for chain in chains:
            yield from _uncounted(session, after=chain.counted, until=chain.newest)
        yield from _nowhere(session)
        yield from _left_over(session, chains[MAIN].head, now=now)


def _chains(session: Session) -> list[_Chain]:
    """Each chain that there may be. The heads are read last: no entry was counted before it was
    there.
    """
    seq = _entries.c.seq
    numbers = range(MAIN, BRANCHES + 1)
    newest = [
        session.scalar(sa.select(sa.func.max(seq)).where(seq < (number + 1) * APART))
        for number in numbers
    ]
    heads: dict[int, dict[str, Any]] = {
        row["branch"]: dict(row)
        for row in session.execute(sa.select(models.audit_branches)).mappings()
    }
    main = session.execute(sa.select(models.audit_head)).mappings().first()
    if main is not None:
        heads[MAIN] = dict(main)
    return [
        _Chain(number, heads.get(number), max(newest[number] or 0, number * APART))
        for number in numbers
    ]


def _examined(
    db: Database, chain: _Chain, right: dict[int, tuple[int, bytes]], keys: AuditKeys
) -> Iterator[Finding | None]:
    """What is wrong with a chain; None after each batch, `right` then saying how far it was read.

    A branch without a head is gone through all the same, if there is anything in it.
    """
    examination = Examination(keys, chain=chain.number)
    if known := right.get(chain.number):
        with db.read() as session:
            same = _seals(session, [known[0]]).get(known[0], NOTHING_BEFORE) == known[1]
        if same:
            examination = Examination(keys, chain=chain.number, after=known)
        else:
            yield Finding(entries(known[0]), audited.NOT_THE_ANCHOR)
    for batch in _batches(db, after=examination.seq, until=chain.counted):
        for entry in batch:
            yield from examination.check(entry)
        if chain.number == MAIN:
            yield from _not_as_tied(db, batch)
        right[chain.number] = (examination.seq, examination.seal)
        yield None
    if chain.head is not None or chain.number == MAIN:
        yield from examination.check_head(chain.head)


def _not_as_tied(db: Database, batch: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
    """Branches of which the newest tie among these entries tells otherwise."""
    ties = [one["facts"] for one in batch if one["act"] == TIE and one["who"] == ITSELF]
    if not ties or not isinstance(ties[-1], dict):
        return
    tied = {int(seq): str(seal) for seq, seal in ties[-1].values()}
    with db.read() as session:
        found = _seals(session, list(tied))
    for seq, seal in tied.items():
        if seq not in found or found[seq].hex() != seal:
            yield Finding(entries(seq), audited.NOT_AS_TIED)


def _batches(db: Database, *, after: int, until: int) -> Iterator[list[Any]]:
    while after < until:
        with db.read() as session:
            found = session.execute(
                sa.select(_entries)
                .where(_entries.c.seq > after, _entries.c.seq <= until)
                .order_by(_entries.c.seq)
                .limit(_BATCH)
            )
            batch = list(found.mappings())
        if not batch:
            return
        yield batch
        after = batch[-1]["seq"]


def _seals(session: Session, numbers: Sequence[int]) -> dict[int, bytes]:
    table = _entries.c
    found = session.execute(sa.select(table.seq, table.seal).where(table.seq.in_(numbers)))
    return {row.seq: bytes(row.seal) for row in found}


def _uncounted(session: Session, *, after: int, until: int) -> Iterator[Finding]:
    seq = _entries.c.seq
    found = sa.select(seq).where(seq > after, seq <= until).order_by(seq).limit(_UNCOUNTED_MOST)
    for number in session.scalars(found):
        yield Finding(entries(number), audited.UNCOUNTED)


def _nowhere(session: Session) -> Iterator[Finding]:
    """Entries whose numbers belong to no chain."""
    seq = _entries.c.seq
    outside = sa.or_(seq < 1, seq >= (BRANCHES + 1) * APART)
    found = sa.select(seq).where(outside).order_by(seq).limit(_UNCOUNTED_MOST)
    for number in session.scalars(found):
        yield Finding(f"编号{number}", audited.UNCOUNTED)


def _left_over(
    session: Session, head: dict[str, Any] | None, *, now: dt.datetime
) -> Iterator[Finding]:
    """Looks that stand outside the chain although the time to take them into it is over."""
    if head is None or now < head["adopts_until"]:
        return
    look_id = models.former_looks.c.look_id
    for left in session.scalars(sa.select(look_id).order_by(look_id).limit(_UNCOUNTED_MOST)):
        yield Finding(f"looks {left}", audited.OUTSIDE)
