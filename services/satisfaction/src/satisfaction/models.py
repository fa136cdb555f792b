"""Tables of satisfaction: the evaluations, and what it knows of each case."""

import sqlalchemy as sa

from shared.case_marks import CaseMarks
from shared.db import UtcDateTime
from shared.ground import Ground

metadata = sa.MetaData()
ground = Ground(metadata)

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("case_id", sa.String(100), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("case_no", sa.String(50)),
    sa.Column("state", sa.String(50), nullable=False),
    sa.Column("secret", sa.Boolean, nullable=False),
    sa.Column("lead_unit", sa.String(50)),
    sa.Column("close_reason", sa.String(50)),
    sa.Column("marks_version", sa.Integer),
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

evaluations = sa.Table(
    "evaluations",
    metadata,
    sa.Column("evaluation_id", sa.String(36), primary_key=True),
    sa.Column("case_id", sa.String(100), nullable=False),
    sa.Column("petition_id", sa.String(100), nullable=False),
    sa.Column("object", sa.String(20), nullable=False),
    sa.Column("unit", sa.String(50), nullable=False),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    # The lowest version of the case that shows it open decides unit and time.
    sa.Column("opened_version", sa.Integer, nullable=False),
    sa.Column("historical", sa.Boolean, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("grade", sa.String(20)),
    sa.Column("comment", sa.Text),
    sa.Column("recorded_at", UtcDateTime),
    sa.Column("simulated", sa.Boolean, nullable=False),
    sa.UniqueConstraint("case_id", "petition_id", "object", name="evaluations_once"),
    sa.Index("evaluations_petition", "petition_id", "object"),
    sa.Index("evaluations_opened", "opened_at"),
)

PROJECTIONS = (cases, marks.table, case_petitions, co_units)
