"""The audit chain, to which entries are only ever added; by which keys petitioners are kept."""

import sqlalchemy as sa
from alembic import op

from shared.db import BigId, Json, UtcDateTime

revision = "0040"
down_revision = "0010"

_REFUSE_POSTGRESQL = (
    "CREATE FUNCTION audit_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'entries of the audit chain are never changed or removed'; END $$",
    "CREATE TRIGGER audit_is_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_only_added_to()",
)
_REFUSE_SQLITE = tuple(
    f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
    "BEGIN SELECT RAISE(ABORT, 'entries of the audit chain are never changed or removed'); END"
    for change in ("UPDATE", "DELETE")
)


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", BigId, primary_key=True, autoincrement=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("petition_id", sa.String(36)),
        sa.Column("purpose_kind", sa.String(20)),
        sa.Column("purpose", sa.Text),
        sa.Column("document_id", sa.String(36)),
        sa.Column("refused", sa.Boolean, nullable=False),
        sa.Column("facts", Json),
        sa.Column("previous", sa.LargeBinary, nullable=False),
        sa.Column("key_id", sa.String(8), nullable=False),
        sa.Column("seal", sa.LargeBinary, nullable=False),
    )
    op.create_index("audit_petition", "audit", ["petition_id", "seq"])
    op.create_index("audit_who", "audit", ["who", "seq"])
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", BigId, nullable=False),
        sa.Column("seal", sa.LargeBinary, nullable=False),
        sa.Column("adopts_until", UtcDateTime, nullable=False),
        sa.Column("key_id", sa.String(8), nullable=False),
        sa.Column("head_seal", sa.LargeBinary, nullable=False),
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in _REFUSE_POSTGRESQL if is_postgresql else _REFUSE_SQLITE:
        op.execute(statement)
    op.add_column("petitioners", sa.Column("sealed_with", sa.String(255)))
    op.add_column("petitioners", sa.Column("indexed_with", sa.String(300)))
