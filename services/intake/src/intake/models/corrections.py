"""What was corrected in a registration, and registrations that were void from the start."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import Json, UtcDateTime

corrections = sa.Table(
    "corrections",
    metadata,
    sa.Column("correction_id", sa.String(36), primary_key=True),
    sa.Column("petition_id", sa.String(36), sa.ForeignKey("petitions.petition_id"), nullable=False),
    sa.Column("fields", Json, nullable=False),
    sa.Column("before", sa.LargeBinary, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("corrected_by", sa.String(100), nullable=False),
    sa.Column("corrected_at", UtcDateTime, nullable=False),
    sa.Index("corrections_petition", "petition_id", "corrected_at"),
)
"""`before` is what stood in the fields, as sealed JSON: it may hold persons."""

voidings = sa.Table(
    "voidings",
    metadata,
    sa.Column(
        "petition_id", sa.String(36), sa.ForeignKey("petitions.petition_id"), primary_key=True
    ),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("instead", sa.String(20)),
    sa.Column("voided_by", sa.String(100), nullable=False),
    sa.Column("voided_at", UtcDateTime, nullable=False),
)
"""Petitions that should not have been registered; `instead` is the number of the right one."""
