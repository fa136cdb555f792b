"""Government mailboxes: to whom one may write a letter by the channel `mailbox`."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import UtcDateTime

government_mailboxes = sa.Table(
    "government_mailboxes",
    metadata,
    sa.Column("code", sa.String(50), primary_key=True),
    sa.Column("name", sa.String(50), nullable=False),
    sa.Column("unit", sa.String(50), nullable=False),
    sa.Column("intro", sa.Text, nullable=False),
    sa.Column("longest", sa.Integer, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("public", sa.Boolean, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("changed_by", sa.String(100), nullable=False),
)
"""Mailboxes of the office; a code that letters went to is never taken off, only closed."""
