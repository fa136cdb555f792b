"""How many requests the public made lately, by kind and by whom."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import UtcDateTime

request_counts = sa.Table(
    "request_counts",
    metadata,
    sa.Column("caller", sa.LargeBinary, primary_key=True),
    sa.Column("until", UtcDateTime, nullable=False),
    sa.Column("requests", sa.Integer, nullable=False),
    sa.Index("request_counts_until", "until"),
)
"""`caller` is a digest of kind, hour and address or secret, whose key is another every hour."""
