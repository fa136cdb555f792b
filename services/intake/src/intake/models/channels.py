"""Channels by which petitions come in."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import UtcDateTime

channels = sa.Table(
    "channels",
    metadata,
    sa.Column("code", sa.String(20), primary_key=True),
    sa.Column("name", sa.String(50), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("public", sa.Boolean, nullable=False),
    sa.Column("cost", sa.Integer, nullable=False),
    sa.Column("changed_at", UtcDateTime),
    sa.Column("changed_by", sa.String(100)),
)
"""Channels of the office; a code that petitions came by is never taken off, only closed."""
