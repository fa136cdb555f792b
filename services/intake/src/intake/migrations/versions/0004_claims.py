"""For which paper an identity was fetched; to which unit a petition is directed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("looks", sa.Column("document_id", sa.String(36)))
    op.add_column("petitions", sa.Column("addressee", sa.String(50)))
