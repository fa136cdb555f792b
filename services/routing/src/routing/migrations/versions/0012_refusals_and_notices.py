"""Refusals of every change tell where it was asked for; meetings point at their notice."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("refusals", sa.Column("about", sa.String(200)))
    op.add_column("meetings", sa.Column("notice_id", sa.String(36)))
