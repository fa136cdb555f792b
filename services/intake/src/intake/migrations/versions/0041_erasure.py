"""When and why a petitioner was erased, and who may not be erased now."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.add_column("petitions", sa.Column("erased_at", UtcDateTime))
    op.add_column("petitions", sa.Column("erased_for", sa.String(20)))
    op.create_table(
        "holds",
        sa.Column(
            "petition_id", sa.String(36), sa.ForeignKey("petitions.petition_id"), primary_key=True
        ),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
