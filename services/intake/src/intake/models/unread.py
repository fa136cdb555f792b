"""What came in by a channel and could not be read, its original encrypted, until dealt with."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import Json, UtcDateTime

unread_messages = sa.Table(
    "unread_messages",
    metadata,
    sa.Column("unread_id", sa.String(36), primary_key=True),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("source", sa.String(400), nullable=False),
    sa.Column("reason", sa.String(40), nullable=False),
    sa.Column("details", Json, nullable=False),
    sa.Column("petition_id", sa.String(36)),
    sa.Column("original", sa.LargeBinary),
    sa.Column("bytes", sa.Integer, nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("parked_at", UtcDateTime, nullable=False),
    sa.Column("dealt_at", UtcDateTime),
    sa.Column("dealt_by", sa.String(100)),
    sa.Column("note", sa.Text),
    sa.Index(
        "unread_messages_open",
        "parked_at",
        "unread_id",
        postgresql_where=sa.text("dealt_at IS NULL"),
        sqlite_where=sa.text("dealt_at IS NULL"),
    ),
    sa.Index("unread_messages_all", "parked_at", "unread_id"),
)
