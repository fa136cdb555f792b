"""What is known of the cases that petitions are in."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.case_marks import CaseMarks
from shared.db import Json, UtcDateTime

progress = sa.Table(
    "progress",
    metadata,
    sa.Column("petition_id", sa.String(36), primary_key=True),
    sa.Column("event_id", sa.String(100), primary_key=True),
    sa.Column("case_id", sa.String(36), nullable=False),
    sa.Column("subject_version", sa.Integer, nullable=False),
    sa.Column("stage", sa.String(20), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("facts", Json, nullable=False),
)

case_access = sa.Table(
    "case_access",
    metadata,
    sa.Column("petition_id", sa.String(36), primary_key=True),
    sa.Column("case_id", sa.String(36), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("units", Json, nullable=False),
)

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("case_id", sa.String(36), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.String(50), nullable=False),
    sa.Column("state_at", UtcDateTime, nullable=False),
    sa.Column("secret", sa.Boolean, nullable=False),
    sa.Column("category", sa.String(100)),
    sa.Column("windows", Json),
    sa.Column("marks_version", sa.Integer),
)

"""`windows` are the last days of the running periods for review and re-review, by clock."""

marks = CaseMarks(metadata, cases)

case_words = sa.Table(
    "case_words",
    metadata,
    sa.Column("petition_id", sa.String(36), primary_key=True),
    sa.Column("case_id", sa.String(36), primary_key=True),
)
"""Petitions whose words hold what an accusation was split off for: of the accusation's case."""
