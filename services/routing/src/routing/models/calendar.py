"""Tables of the office calendar: imported notices, their revision, and the recounts they cause."""

import sqlalchemy as sa

from routing.models.ground import metadata
from shared.db import BigId, UtcDateTime

calendar_years = sa.Table(
    "calendar_years",
    metadata,
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("is_full", sa.Boolean, nullable=False),
    sa.Column("source", sa.String(200)),
    sa.Column("imported_at", UtcDateTime, nullable=False),
    sa.Column("imported_by", sa.String(100), nullable=False),
)
"""The notice of each year that was imported; `is_full` where it says all about its year."""

calendar_days = sa.Table(
    "calendar_days",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("year", sa.Integer, nullable=False, index=True),
    sa.Column("worked", sa.Boolean, nullable=False),
    sa.Column("name", sa.String(50), nullable=False),
)

calendar_state = sa.Table(
    "calendar_state",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("seed_until", sa.Integer),
)
"""One row: `revision` grows with each import; clocks were counted with a seed up to a year."""

calendar_recounts = sa.Table(
    "calendar_recounts",
    metadata,
    sa.Column("seq", BigId, primary_key=True),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("asked_by", sa.String(100), nullable=False),
    sa.Column("passes", sa.Integer, nullable=False, server_default="0"),
    sa.Column("after_seq", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("cases", sa.Integer, nullable=False, server_default="0"),
    sa.Column("clocks", sa.Integer, nullable=False, server_default="0"),
    sa.Column("done_at", UtcDateTime),
    sa.Index("calendar_recounts_year", "year", "seq"),
)
"""Each change of the calendar, and how far the clocks of open cases have been counted again."""
