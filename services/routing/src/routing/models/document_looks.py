"""The table of looks: which petitioner opened which of their papers, and when."""

import sqlalchemy as sa

from routing.models.ground import metadata
from shared.db import BigId, UtcDateTime

document_looks = sa.Table(
    "document_looks",
    metadata,
    sa.Column("seq", BigId, sa.Identity(), primary_key=True),
    sa.Column("document_id", sa.String(36), nullable=False),
    sa.Column("petition_id", sa.String(36), nullable=False),
    sa.Column("format", sa.String(10), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("document_looks_document", "document_id", "seq"),
)
"""Written with number and query code, which say nothing of who it was but that they have both."""
