"""Foundation."""

import sqlalchemy as sa
from alembic import op

from shared.db import Json, UtcDateTime
from shared.migrations import create_ground, create_sequence

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_ground()
    create_sequence("case_seq")
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(36), primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False, unique=True),
        sa.Column("case_no", sa.String(20), nullable=False, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("petition_ids", Json, nullable=False),
        sa.Column("petition_nos", Json, nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("secret", sa.Boolean, nullable=False),
        sa.Column("historical", sa.Boolean, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("content", sa.Text),
        sa.Column("place", sa.Text),
        sa.Column("suggestion", Json),
        sa.Column("category", sa.String(50)),
        sa.Column("lead_unit", sa.String(50)),
        sa.Column("co_units", Json, nullable=False),
        sa.Column("clocks", Json, nullable=False),
        sa.Column("next_due_at", UtcDateTime),
        sa.Column("report_due", sa.Date),
        sa.Column("reply", sa.Text),
        sa.Column("service_method", sa.String(20)),
        sa.Column("close_reason", sa.String(20)),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("classified_at", UtcDateTime),
        sa.Column("forwarded_at", UtcDateTime),
        sa.Column("accepted_at", UtcDateTime),
        sa.Column("replied_at", UtcDateTime),
        sa.Column("served_at", UtcDateTime),
        sa.Column("closed_at", UtcDateTime),
        sa.Column("last_at", UtcDateTime, nullable=False),
    )
    op.create_index("cases_state", "cases", ["state", "seq"])
    op.create_index("cases_unit", "cases", ["lead_unit", "seq"])
    op.create_index("cases_category", "cases", ["category", "seq"])
    op.create_index("cases_due", "cases", ["next_due_at"])
    op.create_table(
        "case_petitions",
        sa.Column("petition_id", sa.String(36), primary_key=True),
        sa.Column("case_id", sa.String(36), sa.ForeignKey("cases.case_id"), nullable=False),
    )
    op.create_index("ix_case_petitions_case_id", "case_petitions", ["case_id"])
    op.create_table(
        "waiting_texts",
        sa.Column("petition_id", sa.String(36), primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("place", sa.Text),
    )
    op.create_table(
        "units",
        sa.Column("code", sa.String(50), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("parent", sa.String(50)),
        sa.Column("secret_lane", sa.Boolean, nullable=False),
    )
