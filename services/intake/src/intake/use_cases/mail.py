"""What is known of each e-mail, so that a crash at any step neither loses nor doubles it.

take (decided once) -> posted -> settle; a mailbox is read by one process at a time
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from intake import models
from intake.domain.mail import message_key, notice_of
from intake.resources import Resources
from shared.clock import Clock
from shared.db import Session, dialect_insert, insert_missing
from shared.pii import KeyRing

_messages = models.mail_messages


@dataclass(frozen=True)
class Reply:
    """What a message says it answers: ids of messages, petition numbers, and who sends it."""

    message_ids: Sequence[str]
    petition_nos: Sequence[str]
    sender: str | None


@dataclass(frozen=True)
class TakenMail:
    """A message as it was first taken; `supplements` is the petition it belongs to, if any."""

    content_digest: str
    received_at: dt.datetime
    supplements: str | None
    petition_id: str | None
    outcome: str | None


def take_mail(
    session: Session,
    *,
    key: str,
    content_digest: str,
    received_at: dt.datetime,
    reply: Reply,
    clock: Clock,
    resources: Resources,
) -> TakenMail:
    """Take a message up, or find how it was taken up before: every later try goes by that."""
    known = _known(session, key)
    if known is not None:
        return known
    now = clock.now()
    row = {
        "message_key": key,
        "content_digest": content_digest,
        "received_at": min(received_at, now),
        "supplements": _answered_petition(session, reply, resources.ring),
        "taken_at": now,
    }
    insert_missing(session, _messages, [row], key=["message_key"])
    taken = _known(session, key)
    assert taken is not None, "it was inserted in this transaction"
    return taken


def post_mail(session: Session, *, key: str, petition_id: str) -> None:
    """Keep which petition a message became, or was filed with."""
    session.execute(
        sa.update(_messages).where(_messages.c.message_key == key).values(petition_id=petition_id)
    )


def settle_mail(session: Session, *, key: str, outcome: str, petition_id: str | None) -> None:
    """Keep that nothing more is to be done with a message but to move it."""
    session.execute(
        sa.update(_messages)
        .where(_messages.c.message_key == key)
        .values(outcome=outcome, petition_id=petition_id)
    )


def lease_mailbox(
    session: Session, *, mailbox: str, holder: str, lasts: dt.timedelta, clock: Clock
) -> bool:
    """Take or keep a mailbox for a while; False where another process has it."""
    table = models.mailbox_leases
    now = clock.now()
    insert = dialect_insert(session, table).values(
        mailbox=mailbox, holder=holder, ends_at=now + lasts
    )
    statement = insert.on_conflict_do_update(
        index_elements=["mailbox"],
        set_={"holder": insert.excluded.holder, "ends_at": insert.excluded.ends_at},
        where=sa.or_(table.c.holder == holder, table.c.ends_at < now),
    )
    return session.scalar(statement.returning(table.c.mailbox)) is not None


def release_mailbox(session: Session, *, mailbox: str, holder: str) -> None:
    """Give a mailbox back at once, so that nobody waits for the lease to end."""
    table = models.mailbox_leases
    session.execute(sa.delete(table).where(table.c.mailbox == mailbox, table.c.holder == holder))


def _known(session: Session, key: str) -> TakenMail | None:
    table = _messages
    row = session.execute(
        sa.select(
            table.c.content_digest,
            table.c.received_at,
            table.c.supplements,
            table.c.petition_id,
            table.c.outcome,
        ).where(table.c.message_key == key)
    ).first()
    return None if row is None else TakenMail(**row._mapping)


def _answered_petition(session: Session, reply: Reply, ring: KeyRing) -> str | None:
    """The petition a message is a supplement of.

    An id that we issued is known to who got our mail alone. The id of a message that came in, and
    a petition's number, may be known to others: they count with the petitioner's own address.
    """
    if not reply.message_ids and not reply.petition_nos:
        return None
    keys = [message_key(one) for one in reply.message_ids]
    notices = models.notices
    ours = sa.select(notices.c.petition_id).where(
        notices.c.notice_id.in_([notice_of(one) for one in reply.message_ids])
    )
    found = session.scalar(ours.order_by(notices.c.seq.desc()).limit(1))
    if found is not None or reply.sender is None:
        return found
    petitions = models.petitions
    claimed = [
        *session.scalars(
            sa.select(_messages.c.petition_id).where(
                _messages.c.message_key.in_(keys), _messages.c.petition_id.is_not(None)
            )
        ),
        *session.scalars(
            sa.select(petitions.c.petition_id).where(
                petitions.c.petition_no.in_(reply.petition_nos)
            )
        ),
    ]
    return next((one for one in claimed if _is_from(session, one, reply.sender, ring)), None)


def _is_from(session: Session, petition_id: str, sender: str, ring: KeyRing) -> bool:
    table = models.petitioners
    sealed = session.scalar(sa.select(table.c.email).where(table.c.petition_id == petition_id))
    if sealed is None:
        return False
    return ring.decrypt(sealed, place=f"{petition_id}/email").casefold() == sender.casefold()
