"""Units: period, level, successors and review body; responsibilities; revisions of both."""

import sqlalchemy as sa
from alembic import op

from shared.db import Json

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for column in (
        sa.Column("level", sa.String(20)),
        sa.Column("external", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.Column("successors", Json, nullable=False, server_default="[]"),
        sa.Column("review_body", sa.String(50)),
        sa.Column("address", sa.String(200)),
        sa.Column("contact", sa.String(100)),
    ):
        op.add_column("units", column)
    op.create_table(
        "responsibilities",
        sa.Column("category", sa.String(50), primary_key=True),
        sa.Column("area", sa.String(50), primary_key=True),
        sa.Column("unit", sa.String(50), primary_key=True),
        sa.Column("valid_from", sa.Date, primary_key=True),
        sa.Column("valid_to", sa.Date),
        sa.Column("priority", sa.Integer, nullable=False),
    )
    op.create_table(
        "unit_revisions",
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("revision", sa.String(36), nullable=False),
    )
