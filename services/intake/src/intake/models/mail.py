"""E-mail: what became of each message, which mailbox is being read, and ids of mail we sent."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import UtcDateTime

mail_messages = sa.Table(
    "mail_messages",
    metadata,
    sa.Column("message_key", sa.String(64), primary_key=True),
    sa.Column("content_digest", sa.String(64), nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("supplements", sa.String(36)),
    sa.Column("petition_id", sa.String(36)),
    sa.Column("outcome", sa.String(20)),
    sa.Column("taken_at", UtcDateTime, nullable=False),
)
"""A message from its first try on: what was decided then holds for every later one. `message_key`
is a digest, for a Message-ID may hold an address; `outcome` is null until it is settled."""

mailbox_leases = sa.Table(
    "mailbox_leases",
    metadata,
    sa.Column("mailbox", sa.String(400), primary_key=True),
    sa.Column("holder", sa.String(36), nullable=False),
    sa.Column("ends_at", UtcDateTime, nullable=False),
)
"""Which process reads a mailbox now."""
