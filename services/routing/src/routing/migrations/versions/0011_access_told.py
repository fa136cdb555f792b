"""Which cases' marks other services have, and by which key they were made."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "access_told",
        sa.Column("case_id", sa.String(36), primary_key=True),
        sa.Column("key_id", sa.String(20), nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
    )
