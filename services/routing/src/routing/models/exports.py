"""The table of exports: who took which list out, and when."""

import sqlalchemy as sa

from routing.models.ground import metadata
from shared.db import BigId, Json, UtcDateTime

exports = sa.Table(
    "exports",
    metadata,
    sa.Column("seq", BigId, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("unit", sa.String(50)),
    sa.Column("format", sa.String(10), nullable=False),
    sa.Column("filters", Json, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Index("exports_by", "by", "seq"),
)
"""Never changed."""
