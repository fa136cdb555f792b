"""Requests of petitioners, and what became of them."""

import sqlalchemy as sa

from routing.models.ground import metadata
from shared.db import UtcDateTime

petitioner_requests = sa.Table(
    "petitioner_requests",
    metadata,
    sa.Column("request_id", sa.String(36), primary_key=True),
    sa.Column("petition_id", sa.String(36), nullable=False),
    sa.Column("case_id", sa.String(36), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("proof", sa.String(20)),
    sa.Column("received_on", sa.Date, nullable=False),
    sa.Column("mailed_on", sa.Date),
    sa.Column("requested_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("reason", sa.String(40)),
    sa.Column("note", sa.Text),
    sa.Column("answer_no", sa.Integer, nullable=False),
    sa.Column("answered_at", UtcDateTime, nullable=False),
    sa.Column("answered_by", sa.String(100), nullable=False),
    sa.Index("petitioner_requests_case", "case_id", "requested_at"),
    sa.Index(
        "petitioner_requests_waiting",
        "case_id",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    ),
)
"""The words are intake's. `reason` is the code that the petitioner is told, `note` what staff wrote
for the file when they declined; every answer has the next `answer_no`."""
