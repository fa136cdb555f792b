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
        "cases",
        sa.Column("case_id", sa.String(100), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("case_no", sa.String(50)),
        sa.Column("state", sa.String(50), nullable=False),
        sa.Column("secret", sa.Boolean, nullable=False),
        sa.Column("lead_unit", sa.String(50)),
    )
    op.create_table(
        "case_petitions",
        sa.Column("case_id", sa.String(100), primary_key=True),
        sa.Column("petition_id", sa.String(100), primary_key=True),
    )
    op.create_index("case_petitions_petition", "case_petitions", ["petition_id", "case_id"])
    op.create_table(
        "co_units",
        sa.Column("case_id", sa.String(100), primary_key=True),
        sa.Column("unit", sa.String(50), primary_key=True),
    )
    op.create_index("co_units_unit", "co_units", ["unit", "case_id"])
    op.create_table(
        "evaluations",
        sa.Column("evaluation_id", sa.String(36), primary_key=True),
        sa.Column("case_id", sa.String(100), nullable=False),
        sa.Column("petition_id", sa.String(100), nullable=False),
        sa.Column("object", sa.String(20), nullable=False),
        sa.Column("unit", sa.String(50), nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("opened_version", sa.Integer, nullable=False),
        sa.Column("historical", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("grade", sa.String(20)),
        sa.Column("comment", sa.Text),
        sa.Column("recorded_at", UtcDateTime),
        sa.Column("simulated", sa.Boolean, nullable=False),
        sa.UniqueConstraint("case_id", "petition_id", "object", name="evaluations_once"),
    )
    op.create_index("evaluations_petition", "evaluations", ["petition_id", "object"])
