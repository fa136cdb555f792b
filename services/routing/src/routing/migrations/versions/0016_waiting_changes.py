"""What is told of a registration before its case is there waits for it."""

import sqlalchemy as sa
from alembic import op

from shared.db import Json, UtcDateTime

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "waiting_changes",
        sa.Column("event_id", sa.String(100), primary_key=True),
        sa.Column("petition_id", sa.String(36), nullable=False),
        sa.Column("type", sa.String(50), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_waiting_changes_petition_id", "waiting_changes", ["petition_id"])
