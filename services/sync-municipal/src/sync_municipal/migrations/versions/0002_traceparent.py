"""The trace that an exchange belongs to, for the call to the city."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("exchanges", sa.Column("traceparent", sa.String(55)))
