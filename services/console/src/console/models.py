"""Tables of the console: who is signed in, and how people are called."""

import sqlalchemy as sa

from shared.db import UtcDateTime
from shared.ground import Ground

metadata = sa.MetaData()
ground = Ground(metadata)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("began_at", UtcDateTime, nullable=False),
    sa.Column("seen_at", UtcDateTime, nullable=False),
    sa.Column("ends_at", UtcDateTime, nullable=False),
    sa.Column("renewing_until", UtcDateTime),
    sa.Index("sessions_ends", "ends_at"),
)
"""A session by the digest of its key, which only the browser has; the token is sealed with it.
Until `renewing_until` one request asks the provider for the next token, and no other does."""

people = sa.Table(
    "people",
    metadata,
    sa.Column("account", sa.String(200), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
)
"""How a member of staff is called, as the provider said when they last signed in."""
