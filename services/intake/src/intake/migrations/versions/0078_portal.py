"""Government mailboxes, drafts of petitions, and how many requests the public makes."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0078"
down_revision = "0077"


def upgrade() -> None:
    _mailboxes()
    _drafts()
    op.create_table(
        "request_counts",
        sa.Column("caller", sa.LargeBinary, primary_key=True),
        sa.Column("until", UtcDateTime, nullable=False),
        sa.Column("requests", sa.Integer, nullable=False),
    )
    op.create_index("request_counts_until", "request_counts", ["until"])
    if op.get_context().dialect.name == "postgresql":
        # Counts of an hour need not survive a crash: a commit waits for no disk and no standby.
        op.execute("ALTER TABLE request_counts SET UNLOGGED")


def _mailboxes() -> None:
    op.create_table(
        "government_mailboxes",
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
    op.add_column("petitions", sa.Column("mailbox", sa.String(50)))
    # Citizens write by this channel themselves, to the mailboxes that the office opens to them.
    op.execute("UPDATE channels SET public = true WHERE code = 'mailbox' AND changed_at IS NULL")
    no = sa.text("false")
    op.add_column(
        "petitions", sa.Column("publish_consent", sa.Boolean, nullable=False, server_default=no)
    )


def _drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("draft_id", sa.String(36), primary_key=True),
        sa.Column("token_digest", sa.LargeBinary, nullable=False),
        sa.Column("account_id", sa.String(36)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("petition_id", sa.String(36)),
        sa.Column("petition_no", sa.String(20)),
        sa.Column("query_code", sa.LargeBinary),
        sa.Column("submitted_at", UtcDateTime),
    )
    for name, column in (
        ("drafts_account", "account_id"),
        ("drafts_expires", "expires_at"),
        ("drafts_petition", "petition_id"),
        ("drafts_submitted", "submitted_at"),
    ):
        op.create_index(name, "drafts", [column])
    op.create_table(
        "draft_files",
        sa.Column("attachment_id", sa.String(36), primary_key=True),
        sa.Column("draft_id", sa.String(36), sa.ForeignKey("drafts.draft_id"), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("storage_key", sa.String(32), nullable=False, unique=True),
        sa.Column("content_key", sa.LargeBinary, nullable=False),
        sa.Column("added_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("draft_id", "digest", name="draft_files_once"),
    )
