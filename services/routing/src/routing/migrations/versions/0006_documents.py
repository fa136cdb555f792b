"""Documents."""

import sqlalchemy as sa
from alembic import op

from shared.db import BigId, UtcDateTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("seq", BigId, sa.Identity(), primary_key=True),
        sa.Column("document_id", sa.String(36), nullable=False, unique=True),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("unit", sa.String(50), nullable=False),
        sa.Column("by", sa.String(10), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("fields", sa.LargeBinary, nullable=False),
        sa.Column("edition", sa.Integer),
        sa.Column("text", sa.LargeBinary),
        sa.Column("number", sa.String(100)),
        sa.Column("issued_on", sa.Date),
        sa.Column("rendering", sa.String(10)),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_attempt_at", UtcDateTime),
        sa.Column("last_error", sa.String(200)),
        sa.Column("pdf", sa.String(64)),
        sa.Column("docx", sa.String(64)),
        sa.Column("scan", sa.String(64)),
        sa.Column("served_on", sa.Date),
        sa.Column("service", sa.LargeBinary),
        sa.Column("service_method", sa.String(20)),
        sa.Column("reason", sa.LargeBinary),
        sa.Column("drafted_by", sa.String(100), nullable=False),
        sa.Column("approved_by", sa.String(100)),
        sa.Column("issued_by", sa.String(100)),
        sa.Column("drafted_at", UtcDateTime, nullable=False),
        sa.Column("approved_at", UtcDateTime),
        sa.Column("issued_at", UtcDateTime),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("number", name="documents_number"),
    )
    op.create_index("documents_case", "documents", ["case_id", "seq"])
    unrendered = sa.text("rendering IN ('waiting', 'failed')")
    op.create_index(
        "documents_unrendered",
        "documents",
        ["next_attempt_at"],
        sqlite_where=unrendered,
        postgresql_where=unrendered,
    )
    op.create_table(
        "blobs",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "template_editions",
        sa.Column("kind", sa.String(40), primary_key=True),
        sa.Column("edition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("put_by", sa.String(100), nullable=False),
        sa.Column("put_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "document_numbers",
        sa.Column("unit", sa.String(50), primary_key=True),
        sa.Column("series", sa.String(20), primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer, nullable=False),
    )
    op.create_table(
        "number_prefixes",
        sa.Column("unit", sa.String(50), primary_key=True),
        sa.Column("prefix", sa.String(20), nullable=False, unique=True),
    )
