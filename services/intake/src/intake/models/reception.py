"""Visits: tickets of a reception place and day, who came, what was recorded; sealed."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import UtcDateTime

ticket_numbers = sa.Table(
    "ticket_numbers",
    metadata,
    sa.Column("place", sa.String(50), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)
"""The last ticket of each place and day."""

visits = sa.Table(
    "visits",
    metadata,
    sa.Column("visit_id", sa.String(36), primary_key=True),
    sa.Column("place", sa.String(50), nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("ticket", sa.Integer, nullable=False),
    sa.Column("people", sa.Integer, nullable=False),
    sa.Column("priority", sa.String(20)),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("taken_by", sa.String(100), nullable=False),
    sa.Column("taken_at", UtcDateTime, nullable=False),
    sa.Column("queued_at", UtcDateTime, nullable=False),
    sa.Column("first_called_at", UtcDateTime),
    sa.Column("called_at", UtcDateTime),
    sa.Column("called_by", sa.String(100)),
    sa.Column("counter", sa.String(20)),
    sa.Column("record", sa.LargeBinary),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("read_back_at", UtcDateTime),
    sa.Column("read_back_by", sa.String(100)),
    sa.Column("confirmed_at", UtcDateTime),
    sa.Column("confirmed_by", sa.LargeBinary),
    sa.Column("petition_id", sa.String(36)),
    sa.Column("registered_by", sa.String(100)),
    sa.Column("sealed_code", sa.LargeBinary),
    sa.Column("printed_at", UtcDateTime),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("end_reason", sa.String(40)),
    sa.Column("erased_at", UtcDateTime),
    sa.UniqueConstraint("place", "day", "ticket", name="visits_ticket"),
    sa.Index(
        "visits_waiting",
        "place",
        "day",
        "rank",
        "queued_at",
        "ticket",
        postgresql_where=sa.text("state = 'waiting'"),
        sqlite_where=sa.text("state = 'waiting'"),
    ),
    sa.Index("visits_petition", "petition_id"),
    sa.Index(
        "visits_kept",
        "taken_at",
        postgresql_where=sa.text("erased_at IS NULL"),
        sqlite_where=sa.text("erased_at IS NULL"),
    ),
)
"""`version` goes up with every change of what is recorded; what was read back and confirmed is
null again then. The query code is sealed until the receipt is printed."""

visit_persons = sa.Table(
    "visit_persons",
    metadata,
    sa.Column("visit_id", sa.String(36), sa.ForeignKey("visits.visit_id"), primary_key=True),
    sa.Column("part", sa.String(20), primary_key=True),
    sa.Column("seat", sa.Integer, primary_key=True),
    sa.Column("name", sa.LargeBinary),
    sa.Column("phone", sa.LargeBinary),
    sa.Column("id_number", sa.LargeBinary),
    sa.Column("address", sa.LargeBinary),
    sa.Column("email", sa.LargeBinary),
    sa.Column("phone_index", sa.LargeBinary),
    sa.Column("id_number_index", sa.LargeBinary),
    sa.Column("sealed_with", sa.String(255)),
    sa.Column("indexed_with", sa.String(300)),
    sa.Column("present", sa.Boolean, nullable=False),
    sa.Column("representative", sa.Boolean, nullable=False),
    sa.Column("relation", sa.String(20)),
    sa.Column("signed_on", sa.Date),
    sa.Column("until", sa.Date),
    sa.Column("scope", sa.Text),
    sa.Column("document", sa.String(20)),
    sa.Column("check_result", sa.String(20)),
    sa.Column("checked_by", sa.String(100)),
    sa.Column("checked_at", UtcDateTime),
)
"""Those of a visit until it is registered; then which paper was checked, by whom and when."""
