"""Indexes of the end of each wait, built while cases are written: an end may come in between."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_INDEXES = (
    ("cases_wait", ["wait_ends_at", "seq"], "wait_ends_at IS NOT NULL"),
    (
        "cases_wait_unknown",
        ["seq"],
        "wait_ends_at IS NULL AND state IN ('served', 'review_served')",
    ),
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, columns, where in _INDEXES:
            op.create_index(
                name,
                "cases",
                columns,
                postgresql_concurrently=True,
                if_not_exists=True,
                postgresql_where=sa.text(where),
                sqlite_where=sa.text(where),
            )
