"""Requests of petitioners and what became of them."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "petitioner_requests",
        sa.Column("request_id", sa.String(36), primary_key=True),
        sa.Column("petition_id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("proof", sa.String(20)),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("mailed_on", sa.Date),
        sa.Column("requested_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(40)),
        sa.Column("note", sa.Text),
        sa.Column("answer_no", sa.Integer, nullable=False),
        sa.Column("answered_at", UtcDateTime, nullable=False),
        sa.Column("answered_by", sa.String(100), nullable=False),
    )
    op.create_index("petitioner_requests_case", "petitioner_requests", ["case_id", "requested_at"])
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "petitioner_requests_waiting",
        "petitioner_requests",
        ["case_id"],
        postgresql_where=waiting,
        sqlite_where=waiting,
    )
