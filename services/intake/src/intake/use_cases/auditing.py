"""Writing down who came near a person: each entry sealed to the one before it.

    use case -> write_down() -> audit + the head of a chain, in the use case's own transaction

A head is locked until the transaction ends, so write down last; who finds it locked writes into
another chain. Registering takes no part in it.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.audit import AuditKeys, entry_message
from intake.use_cases.audit_heads import Head, free_head, main_head, move_head
from shared.clock import Clock
from shared.db import Session

_add = sa.insert(models.audit)


def write_down(
    session: Session, *, act: str, who: str, clock: Clock, keys: AuditKeys, **told: Any
) -> None:
    """Add an entry; ChainBroken where there is nothing to add it to. `told` goes to `entry`."""
    now = clock.now()
    append(session, [entry(act=act, who=who, at=now, **told)], now=now, keys=keys)


def entry(
    *,
    act: str,
    who: str,
    at: dt.datetime,
    refused: bool = False,
    petition_id: str | None = None,
    purpose_kind: str | None = None,
    purpose: str | None = None,
    document_id: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """An entry of `domain.audit.ACTS`.

    `facts` holds texts, whole numbers and lists of them, nothing personal: it is kept for ever.
    """
    return {
        "at": at,
        "who": who,
        "act": act,
        "petition_id": petition_id,
        "purpose_kind": purpose_kind,
        "purpose": purpose,
        "document_id": document_id,
        "refused": refused,
        "facts": facts,
    }


def append(
    session: Session, entries: Iterable[Mapping[str, Any]], *, now: dt.datetime, keys: AuditKeys
) -> None:
    """Add entries to a chain, in this order; each has the columns of one but for its seals."""
    add_to(session, free_head(session, now=now, keys=keys), entries, keys=keys)


def add_to(
    session: Session, head: Head, entries: Iterable[Mapping[str, Any]], *, keys: AuditKeys
) -> None:
    """Add entries to the chain whose locked head this is."""
    seq, seal = head.seq, head.seal
    rows = []
    for one in entries:
        seq += 1
        row = dict(one) | {"seq": seq, "previous": seal, "key_id": keys.current}
        row["seal"] = seal = keys.seal(entry_message(row, row["previous"]))
        rows.append(row)
    session.execute(_add, rows)
    move_head(session, head, seq, seal, keys=keys)


def adopt_looks(session: Session, *, now: dt.datetime, keys: AuditKeys, most: int) -> int:
    """Move the oldest looks of earlier releases into the chain; returns how many.

    None is taken once the time for it is over: whoever can write to the database could have
    anything sealed by it. What is left is for `verify-audit` to name.
    """
    table = models.former_looks
    oldest = sa.select(table).order_by(table.c.at, table.c.look_id).limit(most)
    looks = session.execute(oldest).all()
    if not looks:
        return 0
    head = main_head(session, now=now, keys=keys)
    if now >= head.adopts_until:
        return 0
    add_to(session, head, [_adopted(look) for look in looks], keys=keys)
    session.execute(sa.delete(table).where(table.c.look_id.in_([look.look_id for look in looks])))
    return len(looks)


def _adopted(look: sa.Row[Any]) -> dict[str, Any]:
    unmasking = "claim" if look.document_id else "unmask"
    return entry(
        act="look" if look.purpose is None else unmasking,
        who=look.who,
        at=look.at,
        petition_id=look.petition_id,
        purpose=look.purpose,
        document_id=look.document_id,
        refused=look.refused,
        facts={"former_look": look.look_id},
    )
