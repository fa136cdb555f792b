"""Phone codes that were sent, and how many went to whom."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import Json, UtcDateTime

phone_codes = sa.Table(
    "phone_codes",
    metadata,
    sa.Column("code_id", sa.String(36), primary_key=True),
    sa.Column("phone", sa.LargeBinary, nullable=False),
    sa.Column("phone_index", sa.LargeBinary, nullable=False),
    sa.Column("purpose", sa.String(20), nullable=False),
    sa.Column("subject", sa.String(36), nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("sent_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("wrong", sa.Integer, nullable=False),
    sa.Column("redeemed_at", UtcDateTime),
    sa.Index("phone_codes_phone", "phone_index", "sent_at"),
    sa.Index("phone_codes_sent", "sent_at"),
)
"""`subject` is the petition that the code is for, or empty. The code itself is sealed in its
notice until it has gone; here is a keyed digest of it."""

phone_code_rates = sa.Table(
    "phone_code_rates",
    metadata,
    sa.Column("key", sa.LargeBinary, primary_key=True),
    sa.Column("sent", Json, nullable=False),
    sa.Column("newest_at", UtcDateTime, nullable=False),
    sa.Index("phone_code_rates_newest", "newest_at"),
)
"""When codes were sent in the last hour, by the keyed digest of a phone, a petition or an
address. Its rows are the locks under which they are counted."""
