"""Which petitioner opened which of their papers, and when."""

import sqlalchemy as sa
from alembic import op

from shared.db import BigId, UtcDateTime

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "document_looks",
        sa.Column("seq", BigId, sa.Identity(), primary_key=True),
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("petition_id", sa.String(36), nullable=False),
        sa.Column("format", sa.String(10), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("document_looks_document", "document_looks", ["document_id", "seq"])
