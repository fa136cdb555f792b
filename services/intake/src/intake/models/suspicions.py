"""Petitions that may be accusations, and what a dispatcher decided of each."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import Json, UtcDateTime

suspicions = sa.Table(
    "suspicions",
    metadata,
    sa.Column(
        "petition_id", sa.String(36), sa.ForeignKey("petitions.petition_id"), primary_key=True
    ),
    sa.Column("words", Json, nullable=False),
    sa.Column("found_at", UtcDateTime, nullable=False),
    sa.Column("decision", sa.String(10)),
    sa.Column("reason", sa.Text),
    sa.Column("decided_by", sa.String(100)),
    sa.Column("decided_at", UtcDateTime),
    sa.Index(
        "suspicions_open",
        "found_at",
        "petition_id",
        sqlite_where=sa.text("decision IS NULL"),
        postgresql_where=sa.text("decision IS NULL"),
    ),
)
