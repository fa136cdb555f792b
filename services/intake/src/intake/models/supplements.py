"""What petitioners were asked to supplement."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import UtcDateTime

supplement_requests = sa.Table(
    "supplement_requests",
    metadata,
    sa.Column("request_id", sa.String(36), primary_key=True),
    sa.Column("petition_id", sa.String(36), nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("until", sa.Date, nullable=False),
    sa.Column("asked_by", sa.String(100), nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Index("supplement_requests_petition", "petition_id", "asked_at"),
)
