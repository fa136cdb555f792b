"""Indexes to read the audit chain by time and by act, built while entries are added."""

from alembic import op

revision = "0090"
down_revision = "0085"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, columns in (("audit_at", ["at"]), ("audit_act", ["act", "at"])):
            op.create_index(
                name, "audit", columns, postgresql_concurrently=True, if_not_exists=True
            )
