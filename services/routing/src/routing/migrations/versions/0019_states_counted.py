"""The index of states says what counting asks of a case, so that the cases need not be read."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "cases_by_state",
            "cases",
            ["state", "seq"],
            postgresql_concurrently=True,
            if_not_exists=True,
            postgresql_include=["case_id", "purpose", "secret"],
        )
        op.drop_index("cases_state", "cases", postgresql_concurrently=True, if_exists=True)
