"""What was sent with a petition, and bytes in the storage that no attachment points to."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import UtcDateTime

attachments = sa.Table(
    "attachments",
    metadata,
    sa.Column("attachment_id", sa.String(36), primary_key=True),
    sa.Column("petition_id", sa.String(36), sa.ForeignKey("petitions.petition_id"), nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("name", sa.LargeBinary, nullable=False),
    sa.Column("media_type", sa.String(100), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("storage_key", sa.String(32), nullable=False, unique=True),
    sa.Column("content_key", sa.LargeBinary, nullable=False),
    sa.Column("added_at", UtcDateTime, nullable=False),
    sa.Column("added_by", sa.String(100), nullable=False),
    sa.UniqueConstraint("petition_id", "digest", name="attachments_once"),
    sa.Index("attachments_digest", "digest"),
)
"""`digest` is the blind index of what was sent; `content_key` the key of what is stored, sealed."""

loose_objects = sa.Table(
    "loose_objects",
    metadata,
    sa.Column("storage_key", sa.String(32), primary_key=True),
    sa.Column("seen_at", UtcDateTime, nullable=False),
)
