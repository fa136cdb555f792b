"""Petitions that may be accusations wait for a dispatcher's word."""

import sqlalchemy as sa
from alembic import op

from shared.db import Json, UtcDateTime

revision = "0009"
down_revision = "0008"

_OPEN = sa.text("decision IS NULL")


def upgrade() -> None:
    op.create_table(
        "suspicions",
        sa.Column(
            "petition_id", sa.String(36), sa.ForeignKey("petitions.petition_id"), primary_key=True
        ),
        sa.Column("words", Json, nullable=False),
        sa.Column("found_at", UtcDateTime, nullable=False),
        sa.Column("decision", sa.String(10)),
        sa.Column("reason", sa.Text),
        sa.Column("decided_by", sa.String(100)),
        sa.Column("decided_at", UtcDateTime),
    )
    op.create_index(
        "suspicions_open",
        "suspicions",
        ["found_at", "petition_id"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
