"""Tables of supervision: projections of what intake and routing say, and the alarms raised."""

import sqlalchemy as sa

from shared.case_marks import CaseMarks
from shared.db import Json, UtcDateTime
from shared.ground import Ground

metadata = sa.MetaData()
ground = Ground(metadata)

_UNOPENED = sa.text("case_id IS NULL")
_OWED = sa.text("state = 'running' AND kind = 'duty'")
_RAISED = sa.text("cleared_at IS NULL")

petitions = sa.Table(
    "petitions",
    metadata,
    sa.Column("petition_id", sa.String(100), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("petition_no", sa.String(50), nullable=False),
    sa.Column("registered_at", UtcDateTime, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    sa.Column("historical", sa.Boolean, nullable=False),
    sa.Column("secret", sa.Boolean, nullable=False),
    # Derived from case_petitions, so that the few petitions without a case have an index.
    sa.Column("case_id", sa.String(100)),
    sa.Index(
        "petitions_unopened", "recorded_at", sqlite_where=_UNOPENED, postgresql_where=_UNOPENED
    ),
)

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("case_id", sa.String(100), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("case_no", sa.String(50)),
    sa.Column("state", sa.String(50), nullable=False),
    sa.Column("secret", sa.Boolean, nullable=False),
    sa.Column("category", sa.String(50)),
    sa.Column("lead_unit", sa.String(50)),
    sa.Column("header", Json, nullable=False),
    sa.Column("marks_version", sa.Integer),
    sa.Index("cases_lead_unit", "lead_unit"),
)

marks = CaseMarks(metadata, cases)

case_petitions = sa.Table(
    "case_petitions",
    metadata,
    sa.Column("case_id", sa.String(100), primary_key=True),
    sa.Column("petition_id", sa.String(100), primary_key=True),
    sa.Index("case_petitions_petition", "petition_id", "case_id"),
)

co_units = sa.Table(
    "co_units",
    metadata,
    sa.Column("case_id", sa.String(100), primary_key=True),
    sa.Column("unit", sa.String(50), primary_key=True),
    sa.Index("co_units_unit", "unit", "case_id"),
)

clocks = sa.Table(
    "clocks",
    metadata,
    sa.Column("case_id", sa.String(100), primary_key=True),
    sa.Column("clock_id", sa.String(50), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("start", sa.String(50)),
    sa.Column("nominal_day", sa.String(50)),
    sa.Column("due_day", sa.Date, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("settled_at", sa.String(50)),
    sa.Column("provisional", sa.Boolean, nullable=False),
    sa.Index(
        "clocks_owed",
        "due_at",
        "case_id",
        "clock_id",
        sqlite_where=_OWED,
        postgresql_where=_OWED,
    ),
)

entries = sa.Table(
    "entries",
    metadata,
    sa.Column("event_id", sa.String(100), primary_key=True),
    sa.Column("case_id", sa.String(100), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("type", sa.String(100), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    sa.Column("historical", sa.Boolean, nullable=False),
    sa.Column("facts", Json, nullable=False),
    sa.Index("entries_case", "case_id", "at", "version"),
)

alarms = sa.Table(
    "alarms",
    metadata,
    sa.Column("kind", sa.String(50), primary_key=True),
    sa.Column("petition_id", sa.String(100), primary_key=True),
    sa.Column("raised_at", UtcDateTime, nullable=False),
    sa.Column("cleared_at", UtcDateTime),
    sa.Index("alarms_raised", "petition_id", sqlite_where=_RAISED, postgresql_where=_RAISED),
)

PROJECTIONS = (petitions, cases, marks.table, case_petitions, co_units, clocks, entries)
