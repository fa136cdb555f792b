"""The newest state and secrecy of each case."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.String(50), nullable=False),
        sa.Column("state_at", UtcDateTime, nullable=False),
        sa.Column("secret", sa.Boolean, nullable=False),
    )
