"""Cases say when they end by themselves, so that nobody looks through all that wait."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("cases", sa.Column("wait_ends_at", UtcDateTime))
