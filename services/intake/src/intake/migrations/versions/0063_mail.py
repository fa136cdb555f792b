"""E-mail: its messages and mailboxes, supplements, and what could not be read."""

import sqlalchemy as sa
from alembic import op

from shared.db import Json, UtcDateTime

revision = "0063"
down_revision = "0062"


def upgrade() -> None:
    op.create_table(
        "supplements",
        sa.Column("supplement_id", sa.String(36), primary_key=True),
        sa.Column(
            "petition_id", sa.String(36), sa.ForeignKey("petitions.petition_id"), nullable=False
        ),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("email", sa.LargeBinary),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("registered_at", UtcDateTime, nullable=False),
        sa.Column("registered_by", sa.String(100), nullable=False),
        sa.Column("external_system", sa.String(50)),
        sa.Column("external_id", sa.String(200)),
        sa.UniqueConstraint(
            "channel", "external_system", "external_id", name="supplements_external_ref"
        ),
    )
    op.create_index(
        "supplements_petition", "supplements", ["petition_id", "received_at", "supplement_id"]
    )
    op.create_table(
        "unread_messages",
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
    )
    still_open = sa.text("dealt_at IS NULL")
    op.create_index(
        "unread_messages_open",
        "unread_messages",
        ["parked_at", "unread_id"],
        postgresql_where=still_open,
        sqlite_where=still_open,
    )
    op.create_index("unread_messages_all", "unread_messages", ["parked_at", "unread_id"])
    op.create_table(
        "mail_messages",
        sa.Column("message_key", sa.String(64), primary_key=True),
        sa.Column("content_digest", sa.String(64), nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("supplements", sa.String(36)),
        sa.Column("petition_id", sa.String(36)),
        sa.Column("outcome", sa.String(20)),
        sa.Column("taken_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "mailbox_leases",
        sa.Column("mailbox", sa.String(400), primary_key=True),
        sa.Column("holder", sa.String(36), nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
    )
