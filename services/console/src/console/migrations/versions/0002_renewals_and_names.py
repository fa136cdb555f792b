"""Tokens renewed while their session goes on, by one request at a time; people's names."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("renewing_until", UtcDateTime))
    op.create_table(
        "people",
        sa.Column("account", sa.String(200), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
    )
