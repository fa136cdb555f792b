"""Foundation."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime
from shared.migrations import create_ground

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_ground()
    op.create_table(
        "sessions",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("began_at", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
    )
    op.create_index("sessions_ends", "sessions", ["ends_at"])
