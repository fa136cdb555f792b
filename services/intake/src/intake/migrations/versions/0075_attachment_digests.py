"""An index by which a scan is found that was attached to another petition, built meanwhile."""

from alembic import op

revision = "0075"
down_revision = "0074"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "attachments_digest",
            "attachments",
            ["digest"],
            postgresql_concurrently=True,
            if_not_exists=True,
        )
