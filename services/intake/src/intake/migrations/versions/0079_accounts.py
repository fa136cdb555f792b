"""Accounts of citizens, their sessions, and what they brought in."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0079"
down_revision = "0078"


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("account_id", sa.String(36), primary_key=True),
        sa.Column("phone", sa.LargeBinary, nullable=False),
        sa.Column("phone_index", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("sealed_with", sa.String(50), nullable=False),
        sa.Column("indexed_with", sa.String(50), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "account_sessions",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        _account(),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("signed_in_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
    )
    op.create_index("account_sessions_account", "account_sessions", ["account_id"])
    op.create_index("account_sessions_expires", "account_sessions", ["expires_at"])
    op.create_table(
        "account_petitions",
        sa.Column(
            "petition_id",
            sa.String(36),
            sa.ForeignKey("petitions.petition_id"),
            primary_key=True,
        ),
        _account(),
        sa.Column("added_at", UtcDateTime, nullable=False),
    )
    op.create_index("account_petitions_account", "account_petitions", ["account_id"])


def _account() -> sa.Column[str]:
    return sa.Column(
        "account_id", sa.String(36), sa.ForeignKey("accounts.account_id"), nullable=False
    )
