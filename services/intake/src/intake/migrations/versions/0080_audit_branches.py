"""Branches of the audit chain, so that looks need not wait for one another."""

import sqlalchemy as sa
from alembic import op

from shared.db import BigId

revision = "0080"
down_revision = "0079"


def upgrade() -> None:
    op.create_table(
        "audit_branches",
        sa.Column("branch", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", BigId, nullable=False),
        sa.Column("seal", sa.LargeBinary, nullable=False),
        sa.Column("key_id", sa.String(8), nullable=False),
        sa.Column("head_seal", sa.LargeBinary, nullable=False),
    )
