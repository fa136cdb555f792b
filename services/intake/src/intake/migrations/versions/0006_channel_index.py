"""An index to count what came in by each channel, built while petitions are registered."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "petitions_channel",
            "petitions",
            ["channel", "registered_at"],
            postgresql_concurrently=True,
            if_not_exists=True,
        )
