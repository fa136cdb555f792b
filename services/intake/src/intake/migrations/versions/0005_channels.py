"""Channels are data: those that there were until now."""

import sqlalchemy as sa
from alembic import op

from intake.domain.channels import COST, SEED
from shared.db import UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    table = op.create_table(
        "channels",
        sa.Column("code", sa.String(20), primary_key=True),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("public", sa.Boolean, nullable=False),
        sa.Column("cost", sa.Integer, nullable=False),
        sa.Column("changed_at", UtcDateTime),
        sa.Column("changed_by", sa.String(100)),
    )
    op.bulk_insert(
        table,
        [
            {
                "code": code,
                "name": name,
                "kind": kind,
                "active": True,
                "public": public,
                "cost": COST,
            }
            for code, name, kind, public in SEED
        ],
    )
