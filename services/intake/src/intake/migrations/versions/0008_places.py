"""The gazetteer and its editions."""

import sqlalchemy as sa
from alembic import op

from shared.db import Json, UtcDateTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "places",
        sa.Column("code", sa.String(50), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("other_names", Json, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("within", sa.String(50)),
        sa.Column("longitude", sa.Float),
        sa.Column("latitude", sa.Float),
        sa.Column("active", sa.Boolean, nullable=False),
    )
    op.create_table(
        "gazetteer_editions",
        sa.Column("edition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("places", sa.Integer, nullable=False),
        sa.Column("loaded_at", UtcDateTime, nullable=False),
    )
