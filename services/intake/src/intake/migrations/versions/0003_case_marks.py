"""From whom cases are withheld, who their named readers are, whose words accuse too."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("cases", sa.Column("marks_version", sa.Integer))
    op.create_table(
        "case_marks",
        sa.Column("case_id", sa.String(100), primary_key=True),
        sa.Column("kind", sa.String(10), primary_key=True),
        sa.Column("mark", sa.String(100), primary_key=True),
        sa.Column("key_id", sa.String(20), nullable=False),
    )
    op.create_index("case_marks_mark", "case_marks", ["mark", "kind", "case_id"])
    op.create_index("case_marks_key", "case_marks", ["key_id"])
    op.create_table(
        "case_words",
        sa.Column("petition_id", sa.String(36), primary_key=True),
        sa.Column("case_id", sa.String(36), primary_key=True),
    )
