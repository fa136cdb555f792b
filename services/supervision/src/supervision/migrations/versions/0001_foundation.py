"""Foundation."""

import sqlalchemy as sa
from alembic import op

from shared.db import Json, UtcDateTime
from shared.migrations import create_ground

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_ground()
    op.create_table(
        "petitions",
        sa.Column("petition_id", sa.String(100), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("petition_no", sa.String(50), nullable=False),
        sa.Column("registered_at", UtcDateTime, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.Column("historical", sa.Boolean, nullable=False),
        sa.Column("secret", sa.Boolean, nullable=False),
        sa.Column("case_id", sa.String(100)),
    )
    _partial("petitions_unopened", "petitions", ["recorded_at"], "case_id IS NULL")
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(100), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("case_no", sa.String(50)),
        sa.Column("state", sa.String(50), nullable=False),
        sa.Column("secret", sa.Boolean, nullable=False),
        sa.Column("category", sa.String(50)),
        sa.Column("lead_unit", sa.String(50)),
        sa.Column("header", Json, nullable=False),
    )
    op.create_index("cases_lead_unit", "cases", ["lead_unit"])
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
        "clocks",
        sa.Column("case_id", sa.String(100), primary_key=True),
        sa.Column("clock_id", sa.String(50), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("start", sa.String(50)),
        sa.Column("nominal_day", sa.String(50)),
        sa.Column("due_day", sa.Date, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("settled_at", sa.String(50)),
        sa.Column("provisional", sa.Boolean, nullable=False),
    )
    owed = "state = 'running' AND kind = 'duty'"
    _partial("clocks_owed", "clocks", ["due_at", "case_id", "clock_id"], owed)
    op.create_table(
        "entries",
        sa.Column("event_id", sa.String(100), primary_key=True),
        sa.Column("case_id", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.Column("historical", sa.Boolean, nullable=False),
        sa.Column("facts", Json, nullable=False),
    )
    op.create_index("entries_case", "entries", ["case_id", "at", "version"])
    op.create_table(
        "alarms",
        sa.Column("kind", sa.String(50), primary_key=True),
        sa.Column("petition_id", sa.String(100), primary_key=True),
        sa.Column("raised_at", UtcDateTime, nullable=False),
        sa.Column("cleared_at", UtcDateTime),
    )
    _partial("alarms_raised", "alarms", ["petition_id"], "cleared_at IS NULL")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    only = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)
