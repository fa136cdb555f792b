"""The whole procedure: what a case is on, its journal, parts, accused and named readers."""

import sqlalchemy as sa
from alembic import op

from shared.db import BigId, Json, UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for column in (
        sa.Column("route", sa.String(20)),
        sa.Column("handling", sa.String(20)),
        sa.Column("handler", sa.String(100)),
        sa.Column("resume_state", sa.String(20)),
        sa.Column("merged_into", sa.String(36)),
        sa.Column("split_from", sa.String(36)),
        sa.Column("facts", Json, nullable=False, server_default="{}"),
    ):
        op.add_column("cases", column)
    op.create_table(
        "steps",
        sa.Column("seq", BigId, primary_key=True),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("state_before", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("unit", sa.String(50)),
        sa.Column("body", Json, nullable=False),
    )
    op.create_index("steps_case", "steps", ["case_id", "seq"])
    op.create_table(
        "refusals",
        sa.Column("seq", BigId, primary_key=True),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("basis", sa.String(200), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("unit", sa.String(50)),
    )
    op.create_index("refusals_case", "refusals", ["case_id", "seq"])
    op.create_table(
        "case_parts",
        sa.Column("case_id", sa.String(36), primary_key=True),
        sa.Column("unit", sa.String(50), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("asked", sa.Text),
        sa.Column("answer", sa.Text),
        sa.Column("due", sa.Date),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("accepted_at", UtcDateTime),
        sa.Column("answered_at", UtcDateTime),
    )
    op.create_index("case_parts_unit", "case_parts", ["unit", "case_id"])
    op.create_table(
        "case_accused",
        sa.Column("case_id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.String(10), primary_key=True),
        sa.Column("who", sa.String(100), primary_key=True),
    )
    op.create_table(
        "case_access",
        sa.Column("case_id", sa.String(36), primary_key=True),
        sa.Column("account", sa.String(100), primary_key=True),
        sa.Column("granted_by", sa.String(100), nullable=False),
        sa.Column("granted_at", UtcDateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
