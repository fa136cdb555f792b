"""The ledger of exchanges with the city, and what it is written from."""

import sqlalchemy as sa
from alembic import op

from shared.db import BigId, Json, UtcDateTime
from shared.migrations import create_ground

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_ground()
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(100), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("secret", sa.Boolean, nullable=False),
        sa.Column("lead_unit", sa.String(100)),
        sa.Column("co_units", Json, nullable=False),
    )
    op.create_table(
        "case_petitions",
        sa.Column("petition_id", sa.String(100), primary_key=True),
        sa.Column("case_id", sa.String(100), primary_key=True),
    )
    op.create_table(
        "texts",
        sa.Column("case_id", sa.String(100), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("text", sa.Text),
    )
    op.create_table(
        "exchanges",
        sa.Column("id", BigId, sa.Identity(), primary_key=True),
        sa.Column("case_id", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("event_type", sa.String(100), nullable=False),
        sa.Column("idempotency_key", sa.String(200), nullable=False, unique=True),
        sa.Column("payload", Json, nullable=False),
        sa.Column("with_text", sa.Boolean, nullable=False),
        sa.Column("historical", sa.Boolean, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_attempt_at", UtcDateTime, nullable=False),
        sa.Column("claimed_until", UtcDateTime),
        sa.Column("last_error", sa.Text),
        sa.Column("acknowledged_at", UtcDateTime),
        sa.Column("city_ref", sa.String(100)),
        sa.UniqueConstraint("case_id", "version", name="exchanges_case_version"),
    )
    _partial("exchanges_due", ["next_attempt_at", "id"], "status = 'pending'")
    waiting = ["case_id", "version", "claimed_until"]
    _partial("exchanges_waiting_case", waiting, "status = 'pending'")
    _partial("exchanges_refused", ["id"], "status = 'refused'")


def _partial(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, "exchanges", columns, sqlite_where=condition, postgresql_where=condition)
