"""Lists: an index for each of their ways, and the table of who exported what."""

import sqlalchemy as sa
from alembic import op

from shared.db import BigId, Json, UtcDateTime

revision = "0009"
down_revision = "0008"

_OWES = {"postgresql": "next_due_at IS NOT NULL", "sqlite": "next_due_at IS NOT NULL"}
_GIVEN = {"postgresql": "handler IS NOT NULL", "sqlite": "handler IS NOT NULL"}
_SECRET = {"postgresql": "secret", "sqlite": "secret"}
_ODD = {
    "postgresql": "(jsonb_array_length(petition_ids) <> 1 OR split_from IS NOT NULL)",
    "sqlite": "(json_array_length(petition_ids) <> 1 OR split_from IS NOT NULL)",
}
_INDEXES = (
    ("cases_unit_state", "cases", ["lead_unit", "state", "seq"], None),
    ("cases_split", "cases", ["split_from"], None),
    ("cases_unit_due", "cases", ["lead_unit", "next_due_at", "seq"], _OWES),
    ("cases_unit_state_due", "cases", ["lead_unit", "state", "next_due_at", "seq"], _OWES),
    ("cases_state_due", "cases", ["state", "next_due_at", "seq"], _OWES),
    ("cases_handler", "cases", ["handler", "seq"], _GIVEN),
    ("cases_purpose", "cases", ["purpose", "seq"], None),
    ("cases_received", "cases", ["received_at", "seq"], None),
    ("cases_secret", "cases", ["lead_unit", "state"], _SECRET),
    ("cases_odd", "cases", ["lead_unit"], _ODD),
    ("case_parts_unit_state", "case_parts", ["unit", "kind", "state", "case_id"], None),
    ("case_accused_who", "case_accused", ["who", "case_id"], None),
    ("case_access_account", "case_access", ["account", "case_id"], None),
)


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("seq", BigId, primary_key=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("unit", sa.String(50)),
        sa.Column("format", sa.String(10), nullable=False),
        sa.Column("filters", Json, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        if_not_exists=True,
    )
    op.create_index("exports_by", "exports", ["by", "seq"])
    with op.get_context().autocommit_block():
        for name, table, columns, where in _INDEXES:
            op.create_index(
                name,
                table,
                columns,
                postgresql_concurrently=True,
                if_not_exists=True,
                postgresql_where=sa.text(where["postgresql"]) if where else None,
                sqlite_where=sa.text(where["sqlite"]) if where else None,
            )
