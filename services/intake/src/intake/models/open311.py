"""Apps that post by Open311, and what each of them posted a moment ago."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import UtcDateTime

open311_keys = sa.Table(
    "open311_keys",
    metadata,
    sa.Column("name", sa.String(50), primary_key=True),
    sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("rate", sa.Integer, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("revoked_at", UtcDateTime),
    sa.Column("hour", UtcDateTime, nullable=False),
    sa.Column("posts", sa.Integer, nullable=False),
)
"""Each app's key as a digest, its channel, the posts it may make in an hour, and those it made."""

open311_posts = sa.Table(
    "open311_posts",
    metadata,
    sa.Column("name", sa.String(50), primary_key=True),
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("posted_at", UtcDateTime, nullable=False),
    sa.Column("petition_no", sa.String(20)),
    sa.Column("query_code", sa.LargeBinary),
    sa.Index("open311_posts_posted", "posted_at"),
)
"""What became of posts of the last minutes, so that the same one again gets the same answer."""
