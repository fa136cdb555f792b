"""Notices to petitioners, their gateways, and how petitioners chose to be served."""

import sqlalchemy as sa
from alembic import op

from shared.db import BigId, Json, UtcDateTime

revision = "0050"
down_revision = "0041"


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("seq", BigId, sa.Identity(), primary_key=True),
        sa.Column("notice_id", sa.String(36), nullable=False, unique=True),
        sa.Column("petition_id", sa.String(36), nullable=False),
        sa.Column("occasion", sa.String(20), nullable=False),
        sa.Column("event_id", sa.String(100), nullable=False),
        sa.Column("medium", sa.String(10), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("at_once", sa.Boolean, nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("sealed_code", sa.LargeBinary),
        sa.Column("queued_at", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last_error", sa.String(200)),
        sa.Column("sent_at", UtcDateTime),
        sa.Column("sent_by", sa.String(100)),
        sa.Column("delivered_at", UtcDateTime),
        sa.Column("reference", sa.String(200)),
        sa.UniqueConstraint("petition_id", "occasion", "event_id", name="notices_once"),
    )
    _partial_index("notices_due", ["medium", "due_at", "seq"], "status = 'queued'")
    _partial_index("notices_sealed", ["queued_at"], "sealed_code IS NOT NULL")
    _partial_index("notices_failed", ["status", "medium"], "status IN ('failed', 'dead')")
    op.create_table(
        "notice_gateways",
        sa.Column("medium", sa.String(10), primary_key=True),
        sa.Column("lease", sa.String(36)),
        sa.Column("lease_until", UtcDateTime),
        sa.Column("paused_until", UtcDateTime),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("window_at", UtcDateTime, nullable=False),
        sa.Column("window_sent", sa.Integer, nullable=False),
    )
    op.create_table(
        "notice_choices",
        sa.Column("choice_id", BigId, sa.Identity(), primary_key=True),
        sa.Column("petition_id", sa.String(36), nullable=False),
        sa.Column("medium", sa.String(10)),
        sa.Column("consent", sa.Boolean, nullable=False),
        sa.Column("wechat_id", sa.LargeBinary),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("said_by", sa.String(100), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("notice_choices_petition", "notice_choices", ["petition_id", "choice_id"])


def _partial_index(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "notices", columns, postgresql_where=where, sqlite_where=where)
