"""Letters as they arrive, their scans until they are a petition's, and what was recognised."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import UtcDateTime

incoming_letters = sa.Table(
    "incoming_letters",
    metadata,
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
    sa.Index(
        "incoming_letters_mail_no",
        "mail_no",
        unique=True,
        postgresql_where=sa.text("state <> 'closed'"),
        sqlite_where=sa.text("state <> 'closed'"),
    ),
    sa.Index("incoming_letters_state", "state", "received_at", "letter_id"),
    sa.Index("incoming_letters_all", "received_at", "letter_id"),
    sa.Index("incoming_letters_petition", "petition_id"),
)
"""`sender` is what stands on the envelope, `enclosures` a JSON list, `note` why one was closed:
all three sealed. `unit` is where it came in, `received_at` the beginning of the day on which."""

letter_scans = sa.Table(
    "letter_scans",
    metadata,
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
    sa.Index("letter_scans_digest", "digest"),
    sa.Index(
        "letter_scans_unread",
        "read_from",
        postgresql_where=sa.text("reading = 'waiting'"),
        sqlite_where=sa.text("reading = 'waiting'"),
    ),
)
"""A scan has the columns and the id of the attachment that it becomes; beside them, how far its
text has been read, and from when somebody may (again)."""

letter_pages = sa.Table(
    "letter_pages",
    metadata,
    sa.Column("attachment_id", sa.String(36), primary_key=True),
    sa.Column("page", sa.Integer, primary_key=True),
    sa.Column("text", sa.LargeBinary, nullable=False),
    sa.Column("confidence", sa.Integer),
)
"""What was recognised of each page, sealed; it goes when the letter has become a petition's."""
