"""Petitions whose words were erased."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "erased_petitions",
        sa.Column("petition_id", sa.String(100), primary_key=True),
        sa.Column("at", UtcDateTime, nullable=False),
    )
