"""The category of each case, by which petitions are compared."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"


def upgrade() -> None:
    op.add_column("cases", sa.Column("category", sa.String(100)))
