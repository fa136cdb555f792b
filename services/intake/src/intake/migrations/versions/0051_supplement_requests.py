"""What petitioners were asked to supplement, and by when."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    op.create_table(
        "supplement_requests",
        sa.Column("request_id", sa.String(36), primary_key=True),
        sa.Column("petition_id", sa.String(36), nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("asked_by", sa.String(100), nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
    )
    op.create_index(
        "supplement_requests_petition", "supplement_requests", ["petition_id", "asked_at"]
    )
