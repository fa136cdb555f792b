"""Drafts of petitions, kept for whoever writes them, and the files that they hold."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import UtcDateTime

drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("draft_id", sa.String(36), primary_key=True),
    sa.Column("token_digest", sa.LargeBinary, nullable=False),
    sa.Column("account_id", sa.String(36)),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("content", sa.LargeBinary),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("petition_id", sa.String(36)),
    sa.Column("petition_no", sa.String(20)),
    sa.Column("query_code", sa.LargeBinary),
    sa.Column("submitted_at", UtcDateTime),
    sa.Index("drafts_account", "account_id"),
    sa.Index("drafts_expires", "expires_at"),
    sa.Index("drafts_petition", "petition_id"),
    sa.Index("drafts_submitted", "submitted_at"),
)
"""`content` is what was typed, sealed; once it is a petition, its number and the sealed code."""

draft_files = sa.Table(
    "draft_files",
    metadata,
    sa.Column("attachment_id", sa.String(36), primary_key=True),
    sa.Column("draft_id", sa.String(36), sa.ForeignKey("drafts.draft_id"), nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("name", sa.LargeBinary, nullable=False),
    sa.Column("media_type", sa.String(100), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("storage_key", sa.String(32), nullable=False, unique=True),
    sa.Column("content_key", sa.LargeBinary, nullable=False),
    sa.Column("added_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("draft_id", "digest", name="draft_files_once"),
)
"""What becomes an attachment, under the same id, when the draft becomes a petition."""
