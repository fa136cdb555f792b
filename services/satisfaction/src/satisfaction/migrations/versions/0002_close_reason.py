"""Why a case was closed, which decides whether it is evaluated."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("cases", sa.Column("close_reason", sa.String(50)))
