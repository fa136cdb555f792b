"""Tables of sync-municipal: the exchange ledger, the texts it sends, the cases it knows.

`cases`, `case_marks` and `case_petitions` are projections. The ledger and its texts are what left,
or will leave, the house: a rebuild never clears them.
"""

import sqlalchemy as sa

from shared.case_marks import CaseMarks
from shared.db import BigId, Json, UtcDateTime
from shared.ground import Ground

metadata = sa.MetaData()
ground = Ground(metadata)

PENDING, ACKNOWLEDGED, REFUSED = "pending", "acknowledged", "refused"
_IS_PENDING = sa.text("status = 'pending'")
_IS_REFUSED = sa.text("status = 'refused'")

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("case_id", sa.String(100), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("secret", sa.Boolean, nullable=False),
    sa.Column("lead_unit", sa.String(100)),
    sa.Column("co_units", Json, nullable=False),
    sa.Column("marks_version", sa.Integer),
)

marks = CaseMarks(metadata, cases)

case_petitions = sa.Table(
    "case_petitions",
    metadata,
    sa.Column("petition_id", sa.String(100), primary_key=True),
    sa.Column("case_id", sa.String(100), primary_key=True),
)

erased_petitions = sa.Table(
    "erased_petitions",
    metadata,
    sa.Column("petition_id", sa.String(100), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
)
"""Petitions whose words are to be forgotten, whenever they come."""

texts = sa.Table(
    "texts",
    metadata,
    sa.Column("case_id", sa.String(100), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("title", sa.Text),
    sa.Column("text", sa.Text),
)

exchanges = sa.Table(
    "exchanges",
    metadata,
    sa.Column("id", BigId, sa.Identity(), primary_key=True),
    sa.Column("case_id", sa.String(100), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("event_type", sa.String(100), nullable=False),
    sa.Column("idempotency_key", sa.String(200), nullable=False, unique=True),
    sa.Column("payload", Json, nullable=False),
    sa.Column("with_text", sa.Boolean, nullable=False),
    sa.Column("historical", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("status", sa.String(12), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_attempt_at", UtcDateTime, nullable=False),
    sa.Column("claimed_until", UtcDateTime),
    sa.Column("last_error", sa.Text),
    sa.Column("acknowledged_at", UtcDateTime),
    sa.Column("city_ref", sa.String(100)),
    sa.Column("traceparent", sa.String(55)),
    sa.UniqueConstraint("case_id", "version", name="exchanges_case_version"),
    sa.Index(
        "exchanges_due",
        "next_attempt_at",
        "id",
        sqlite_where=_IS_PENDING,
        postgresql_where=_IS_PENDING,
    ),
    sa.Index(
        "exchanges_waiting_case",
        "case_id",
        "version",
        "claimed_until",
        sqlite_where=_IS_PENDING,
        postgresql_where=_IS_PENDING,
    ),
    sa.Index("exchanges_refused", "id", sqlite_where=_IS_REFUSED, postgresql_where=_IS_REFUSED),
)
