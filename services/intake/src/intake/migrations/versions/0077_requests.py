"""Requests of petitioners, what came of them, and until when each case may be reviewed."""

import sqlalchemy as sa
from alembic import op

from shared.db import Json, UtcDateTime

revision = "0077"
down_revision = "0076"


def upgrade() -> None:
    op.create_table(
        "petition_requests",
        sa.Column("request_id", sa.String(36), primary_key=True),
        sa.Column(
            "petition_id", sa.String(36), sa.ForeignKey("petitions.petition_id"), nullable=False
        ),
        sa.Column("case_id", sa.String(36)),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("content", sa.Text),
        sa.Column("proof", sa.String(20), nullable=False),
        sa.Column("agent", sa.Integer),
        sa.Column("attachment_id", sa.String(36)),
        sa.Column("on_file", sa.Text),
        sa.Column("signed_on", sa.Date),
        sa.Column("mailed_on", sa.Date),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("registered_at", UtcDateTime, nullable=False),
        sa.Column("registered_by", sa.String(100), nullable=False),
    )
    op.create_index(
        "petition_requests_petition", "petition_requests", ["petition_id", "registered_at"]
    )
    op.create_table(
        "request_answers",
        sa.Column("request_id", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(40)),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.add_column("cases", sa.Column("windows", Json))
