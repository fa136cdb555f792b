"""Corrections of a registration, and registrations that are void."""

import sqlalchemy as sa
from alembic import op

from shared.db import Json, UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("correction_id", sa.String(36), primary_key=True),
        sa.Column(
            "petition_id", sa.String(36), sa.ForeignKey("petitions.petition_id"), nullable=False
        ),
        sa.Column("fields", Json, nullable=False),
        sa.Column("before", sa.LargeBinary, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("corrected_by", sa.String(100), nullable=False),
        sa.Column("corrected_at", UtcDateTime, nullable=False),
        sa.Index("corrections_petition", "petition_id", "corrected_at"),
    )
    op.create_table(
        "voidings",
        sa.Column(
            "petition_id", sa.String(36), sa.ForeignKey("petitions.petition_id"), primary_key=True
        ),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("instead", sa.String(20)),
        sa.Column("voided_by", sa.String(100), nullable=False),
        sa.Column("voided_at", UtcDateTime, nullable=False),
    )
