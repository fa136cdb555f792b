"""Requests of petitioners: what they asked for, how they proved it, what came of it."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import UtcDateTime

petition_requests = sa.Table(
    "petition_requests",
    metadata,
    sa.Column("request_id", sa.String(36), primary_key=True),
    sa.Column("petition_id", sa.String(36), sa.ForeignKey("petitions.petition_id"), nullable=False),
    sa.Column("case_id", sa.String(36)),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("content", sa.Text),
    sa.Column("proof", sa.String(20), nullable=False),
    sa.Column("agent", sa.Integer),
    sa.Column("attachment_id", sa.String(36)),
    sa.Column("on_file", sa.Text),
    sa.Column("signed_on", sa.Date),
    sa.Column("mailed_on", sa.Date),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("registered_at", UtcDateTime, nullable=False),
    sa.Column("registered_by", sa.String(100), nullable=False),
    sa.Index("petition_requests_petition", "petition_id", "registered_at"),
)
"""`proof` is a phone code or a signed paper: an attachment, or an original that is on file. The
words of a supplement stand in `supplements`, under the same id."""

request_answers = sa.Table(
    "request_answers",
    metadata,
    sa.Column("request_id", sa.String(36), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("reason", sa.String(40)),
    sa.Column("at", UtcDateTime, nullable=False),
)
"""What routing answered last to each request."""
