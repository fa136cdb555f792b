"""Accounts of citizens, known by a phone number that they have shown to be theirs."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import UtcDateTime

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("account_id", sa.String(36), primary_key=True),
    sa.Column("phone", sa.LargeBinary, nullable=False),
    sa.Column("phone_index", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("sealed_with", sa.String(50), nullable=False),
    sa.Column("indexed_with", sa.String(50), nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
)

account_sessions = sa.Table(
    "account_sessions",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("account_id", sa.String(36), sa.ForeignKey("accounts.account_id"), nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("signed_in_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Index("account_sessions_account", "account_id"),
    sa.Index("account_sessions_expires", "expires_at"),
)
"""A session by the digest of its secret; `signed_in_at` is when the phone was shown for it."""

account_petitions = sa.Table(
    "account_petitions",
    metadata,
    sa.Column(
        "petition_id", sa.String(36), sa.ForeignKey("petitions.petition_id"), primary_key=True
    ),
    sa.Column("account_id", sa.String(36), sa.ForeignKey("accounts.account_id"), nullable=False),
    sa.Column("added_at", UtcDateTime, nullable=False),
    sa.Index("account_petitions_account", "account_id"),
)
"""What was brought in by somebody who was signed in."""
