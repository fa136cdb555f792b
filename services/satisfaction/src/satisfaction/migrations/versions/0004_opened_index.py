"""An index of when evaluations were opened, built while they are recorded."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "evaluations_opened",
            "evaluations",
            ["opened_at"],
            postgresql_concurrently=True,
            if_not_exists=True,
        )
