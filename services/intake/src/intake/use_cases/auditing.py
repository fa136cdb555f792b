"""Writing down who came near a person: each entry sealed to the one before it.

    use case -> write_down() -> audit + audit_head, in the use case's own transaction

The head is locked until the transaction ends, so write down last. Registering takes no part in it.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.audit import NOTHING_BEFORE, AuditKeys, entry_message, head_message, is_head
from shared.clock import Clock
from shared.db import Session, insert_missing

ADOPTION = dt.timedelta(days=1)
"""How long the looks of the release before are taken in, counted from the first entry."""
_HEAD = 1


class ChainBroken(Exception):
    """The chain's head is gone or false: nobody sees a person until `verify-audit` was run."""


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
    """Add entries to the chain, in this order; each has the columns of one but for its seals."""
    head = locked_head(session, now=now, keys=keys)
    seq, seal = head.seq, bytes(head.seal)
    rows = []
    for one in entries:
        seq += 1
        row = dict(one) | {"seq": seq, "previous": seal, "key_id": keys.current}
        row["seal"] = seal = keys.seal(entry_message(row, row["previous"]))
        rows.append(row)
    session.execute(sa.insert(models.audit), rows)
    session.execute(
        sa.update(models.audit_head).values(
            **_sealed_head(seq, seal, adopts_until=head.adopts_until, keys=keys)
        )
    )


def locked_head(session: Session, *, now: dt.datetime, keys: AuditKeys) -> sa.Row[Any]:
    """The head, locked until the transaction ends; made where nothing was written down yet."""
    found = sa.select(models.audit_head).where(models.audit_head.c.id == _HEAD).with_for_update()
    head = session.execute(found).first()
    if head is None:
        if session.execute(sa.select(models.audit.c.seq).limit(1)).first() is not None:
            raise ChainBroken("the head of the audit chain is gone; run verify-audit")
        first = _sealed_head(0, NOTHING_BEFORE, adopts_until=now + ADOPTION, keys=keys)
        insert_missing(session, models.audit_head, [{"id": _HEAD, **first}], key=["id"])
        head = session.execute(found).one()
    if not is_head(dict(head._mapping), keys):
        raise ChainBroken("the head of the audit chain is false; run verify-audit")
    return head


def _sealed_head(
    seq: int, seal: bytes, *, adopts_until: dt.datetime, keys: AuditKeys
) -> dict[str, Any]:
    return {
        "seq": seq,
        "seal": seal,
        "adopts_until": adopts_until,
        "key_id": keys.current,
        "head_seal": keys.seal(head_message(seq, seal, adopts_until)),
    }


def adopt_looks(session: Session, *, now: dt.datetime, keys: AuditKeys, most: int) -> int:
    """Move the oldest looks of earlier releases into the chain; returns how many.

    None is taken once the time for it is over: whoever can write to the database could have
    anything sealed by it. What is left is for `verify-audit` to name.
    """
    table = models.former_looks
    oldest = sa.select(table).order_by(table.c.at, table.c.look_id).limit(most)
    looks = session.execute(oldest).all()
    if not looks or now >= locked_head(session, now=now, keys=keys).adopts_until:
        return 0
    append(session, [_adopted(look) for look in looks], now=now, keys=keys)
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
