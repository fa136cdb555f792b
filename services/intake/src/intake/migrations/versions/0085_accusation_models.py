"""What accusations read like is learnt from what the office decided."""

import sqlalchemy as sa
from alembic import op

from shared.db import BigId, Json, UtcDateTime

revision = "0085"
down_revision = "0080"


def upgrade() -> None:
    op.add_column(
        "suspicions",
        sa.Column("found_by", sa.String(10), nullable=False, server_default="rules"),
    )
    op.create_table(
        "accusation_models",
        sa.Column("version", BigId, sa.Identity(), primary_key=True),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("figures", Json, nullable=False),
        sa.Column("learnt_at", UtcDateTime, nullable=False),
        sa.Column("promoted_at", UtcDateTime),
        sa.Column("threshold", sa.Float, nullable=False),
        sa.Column("start", sa.Float, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("whole", sa.LargeBinary, nullable=False),
        sa.Column("measured_start", sa.Float, nullable=False),
        sa.Column("measured", sa.LargeBinary, nullable=False),
    )
