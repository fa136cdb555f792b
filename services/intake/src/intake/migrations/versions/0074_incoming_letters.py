"""Letters as they arrive, their scans, and what was recognised of them."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0074"
down_revision = "0073"


def upgrade() -> None:
    op.create_table(
        "incoming_letters",
        sa.Column("letter_id", sa.String(36), primary_key=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("sender", sa.LargeBinary),
        sa.Column("enclosures", sa.LargeBinary),
        sa.Column("postmarked_on", sa.Date),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("mail_no", sa.String(30)),
        sa.Column("pages", sa.Integer),
        sa.Column("logged_at", UtcDateTime, nullable=False),
        sa.Column("logged_by", sa.String(100), nullable=False),
        sa.Column("unit", sa.String(50)),
        sa.Column("dealt_at", UtcDateTime),
        sa.Column("dealt_by", sa.String(100)),
        sa.Column("petition_id", sa.String(36)),
        sa.Column("reason", sa.String(20)),
        sa.Column("note", sa.LargeBinary),
        sa.Column("erased_at", UtcDateTime),
    )
    not_closed = sa.text("state <> 'closed'")
    op.create_index(
        "incoming_letters_mail_no",
        "incoming_letters",
        ["mail_no"],
        unique=True,
        postgresql_where=not_closed,
        sqlite_where=not_closed,
    )
    by_state = ["state", "received_at", "letter_id"]
    op.create_index("incoming_letters_state", "incoming_letters", by_state)
    op.create_index("incoming_letters_all", "incoming_letters", ["received_at", "letter_id"])
    op.create_index("incoming_letters_petition", "incoming_letters", ["petition_id"])
    op.create_table(
        "letter_scans",
        sa.Column("attachment_id", sa.String(36), primary_key=True),
        sa.Column(
            "letter_id", sa.String(36), sa.ForeignKey("incoming_letters.letter_id"), nullable=False
        ),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("storage_key", sa.String(32), nullable=False, unique=True),
        sa.Column("content_key", sa.LargeBinary, nullable=False),
        sa.Column("added_at", UtcDateTime, nullable=False),
        sa.Column("added_by", sa.String(100), nullable=False),
        sa.Column("reading", sa.String(20), nullable=False),
        sa.Column("read_from", UtcDateTime, nullable=False),
        sa.Column("read_tries", sa.Integer, nullable=False),
        sa.Column("pages", sa.Integer),
        sa.UniqueConstraint("letter_id", "digest", name="letter_scans_once"),
    )
    op.create_index("letter_scans_digest", "letter_scans", ["digest"])
    unread = sa.text("reading = 'waiting'")
    op.create_index(
        "letter_scans_unread",
        "letter_scans",
        ["read_from"],
        postgresql_where=unread,
        sqlite_where=unread,
    )
    op.create_table(
        "letter_pages",
        sa.Column("attachment_id", sa.String(36), primary_key=True),
        sa.Column("page", sa.Integer, primary_key=True),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("confidence", sa.Integer),
    )
