"""What petitioners were asked to supplement, and what they sent afterwards."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import UtcDateTime

supplement_requests = sa.Table(
    "supplement_requests",
    metadata,
    sa.Column("request_id", sa.String(36), primary_key=True),
    sa.Column("petition_id", sa.String(36), nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("until", sa.Date, nullable=False),
    sa.Column("asked_by", sa.String(100), nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Index("supplement_requests_petition", "petition_id", "asked_at"),
)

supplements = sa.Table(
    "supplements",
    metadata,
    sa.Column("supplement_id", sa.String(36), primary_key=True),
    sa.Column("petition_id", sa.String(36), sa.ForeignKey("petitions.petition_id"), nullable=False),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("email", sa.LargeBinary),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("registered_at", UtcDateTime, nullable=False),
    sa.Column("registered_by", sa.String(100), nullable=False),
    sa.Column("external_system", sa.String(50)),
    sa.Column("external_id", sa.String(200)),
    sa.UniqueConstraint(
        "channel", "external_system", "external_id", name="supplements_external_ref"
    ),
    sa.Index("supplements_petition", "petition_id", "received_at", "supplement_id"),
)
