"""Whom a paper names: whose identity was fetched from intake for it, when, and what stands so."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("documents", sa.Column("petition_id", sa.String(36)))
    op.add_column("documents", sa.Column("identity", sa.String(10)))
    op.add_column("documents", sa.Column("identity_at", UtcDateTime))
    op.add_column("documents", sa.Column("claimed", sa.LargeBinary))
