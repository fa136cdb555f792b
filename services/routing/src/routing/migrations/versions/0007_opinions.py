"""Opinions: drafts with their history, and the index of past answers."""

import sqlalchemy as sa
from alembic import op

from shared.db import BigId, Json, UtcDateTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "opinions",
        sa.Column("seq", BigId, primary_key=True),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("level", sa.String(20), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("unit", sa.String(50), nullable=False),
        sa.Column("drafted_by", sa.String(100), nullable=False),
        sa.Column("drafted_at", UtcDateTime, nullable=False),
        sa.Column("submitted_at", UtcDateTime),
        sa.Column("decided_by", sa.String(100)),
        sa.Column("decided_at", UtcDateTime),
        sa.Column("reason", sa.Text),
        sa.Column("issued_at", UtcDateTime),
    )
    op.create_index("opinions_case", "opinions", ["case_id", "level", "round"], unique=True)
    op.create_index("opinions_waiting", "opinions", ["unit", "status", "seq"])
    op.create_table(
        "opinion_steps",
        sa.Column("seq", BigId, primary_key=True),
        sa.Column("opinion", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("opinion_steps_opinion", "opinion_steps", ["opinion", "seq"])
    op.create_table(
        "answer_tokens",
        sa.Column("category", sa.String(50), primary_key=True),
        sa.Column("token", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("unit", sa.String(50), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("answer_tokens_unit", "answer_tokens", ["unit", "token", "seq"])
    op.create_table(
        "answer_bands",
        sa.Column("unit", sa.String(50), primary_key=True),
        sa.Column("band", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "answers_read",
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
    )
