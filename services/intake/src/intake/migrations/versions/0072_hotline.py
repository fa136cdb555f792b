"""Calls to the hotline, and callers who are owed a call."""

import sqlalchemy as sa
from alembic import op

from shared.db import Json, UtcDateTime

revision = "0072"
down_revision = "0070"


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("call_id", sa.String(36), primary_key=True),
        sa.Column("call_ref", sa.String(100), nullable=False, unique=True),
        sa.Column("number", sa.LargeBinary),
        sa.Column("number_index", sa.LargeBinary),
        sa.Column("indexed_with", sa.String(300)),
        sa.Column("began_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("recording", sa.LargeBinary),
        sa.Column("opened_by", sa.String(100), nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("agent", sa.String(100)),
        sa.Column("answered_at", UtcDateTime),
        sa.Column("sheet", sa.LargeBinary),
        sa.Column("saved_at", UtcDateTime),
        sa.Column("outcome", sa.String(20)),
        sa.Column("outcome_by", sa.String(100)),
        sa.Column("transferred_to", sa.String(50)),
        sa.Column("petition_id", sa.String(36)),
        sa.Column("supplement_id", sa.String(36)),
        sa.Column("erased_at", UtcDateTime),
    )
    op.create_index("calls_began", "calls", ["began_at", "call_id"])
    op.create_index(
        "calls_without_outcome",
        "calls",
        ["began_at", "call_id"],
        postgresql_where=sa.text("outcome IS NULL"),
        sqlite_where=sa.text("outcome IS NULL"),
    )
    op.create_index("calls_petition", "calls", ["petition_id"])
    op.create_index(
        "calls_kept",
        "calls",
        ["opened_at"],
        postgresql_where=sa.text("erased_at IS NULL"),
        sqlite_where=sa.text("erased_at IS NULL"),
    )
    op.create_table(
        "callbacks",
        sa.Column("callback_id", sa.String(36), primary_key=True),
        sa.Column("call_id", sa.String(36), sa.ForeignKey("calls.call_id"), nullable=False),
        sa.Column("missed", sa.Boolean, nullable=False),
        sa.Column("number", sa.LargeBinary),
        sa.Column("number_index", sa.LargeBinary),
        sa.Column("indexed_with", sa.String(300)),
        sa.Column("about", sa.LargeBinary),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("promised_by", sa.String(100), nullable=False),
        sa.Column("promised_at", UtcDateTime, nullable=False),
        sa.Column("claimed_by", sa.String(100)),
        sa.Column("claimed_at", UtcDateTime),
        sa.Column("tries", Json, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("closed_for", sa.String(20)),
        sa.Column("closed_at", UtcDateTime),
        sa.UniqueConstraint("call_id", "missed", name="callbacks_call"),
    )
    op.create_index("callbacks_due", "callbacks", ["due_at", "callback_id"])
    op.create_index(
        "callbacks_open",
        "callbacks",
        ["due_at", "callback_id"],
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )
    op.create_index("callbacks_number", "callbacks", ["number_index"])
