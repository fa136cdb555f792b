"""Petitions whose petitioner may not be erased now, though the time for it be over."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import UtcDateTime

holds = sa.Table(
    "holds",
    metadata,
    sa.Column(
        "petition_id", sa.String(36), sa.ForeignKey("petitions.petition_id"), primary_key=True
    ),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)
"""Legal holds, such as for a lawsuit; one that is lifted goes, the audit chain tells of both."""
