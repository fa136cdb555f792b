"""Attachments, and stored objects that belong to none."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0062"
down_revision = "0061"


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("attachment_id", sa.String(36), primary_key=True),
        sa.Column(
            "petition_id", sa.String(36), sa.ForeignKey("petitions.petition_id"), nullable=False
        ),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("storage_key", sa.String(32), nullable=False, unique=True),
        sa.Column("content_key", sa.LargeBinary, nullable=False),
        sa.Column("added_at", UtcDateTime, nullable=False),
        sa.Column("added_by", sa.String(100), nullable=False),
        sa.UniqueConstraint("petition_id", "digest", name="attachments_once"),
    )
    op.create_table(
        "loose_objects",
        sa.Column("storage_key", sa.String(32), primary_key=True),
        sa.Column("seen_at", UtcDateTime, nullable=False),
    )
