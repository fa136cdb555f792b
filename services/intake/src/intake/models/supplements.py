"""What petitioners sent afterwards for a petition."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import UtcDateTime

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
