"""The office calendar: imported notices, their revision, recounts of clocks."""

import sqlalchemy as sa
from alembic import op

from shared.db import BigId, UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "calendar_years",
        sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("is_full", sa.Boolean, nullable=False),
        sa.Column("source", sa.String(200)),
        sa.Column("imported_at", UtcDateTime, nullable=False),
        sa.Column("imported_by", sa.String(100), nullable=False),
    )
    op.create_table(
        "calendar_days",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("worked", sa.Boolean, nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
    )
    op.create_index("ix_calendar_days_year", "calendar_days", ["year"])
    state = op.create_table(
        "calendar_state",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("seed_until", sa.Integer),
    )
    op.bulk_insert(state, [{"id": 1, "revision": 0, "seed_until": None}])
    op.create_table(
        "calendar_recounts",
        sa.Column("seq", BigId, primary_key=True),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("asked_by", sa.String(100), nullable=False),
        sa.Column("passes", sa.Integer, nullable=False, server_default="0"),
        sa.Column("after_seq", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("cases", sa.Integer, nullable=False, server_default="0"),
        sa.Column("clocks", sa.Integer, nullable=False, server_default="0"),
        sa.Column("done_at", UtcDateTime),
    )
    op.create_index("calendar_recounts_year", "calendar_recounts", ["year", "seq"])
