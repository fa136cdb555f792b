"""Petitions that may be accusations, what was decided of each, and what was learnt of that."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import BigId, Json, UtcDateTime

suspicions = sa.Table(
    "suspicions",
    metadata,
    sa.Column(
        "petition_id", sa.String(36), sa.ForeignKey("petitions.petition_id"), primary_key=True
    ),
    sa.Column("words", Json, nullable=False),
    sa.Column("found_by", sa.String(10), nullable=False, server_default="rules"),
    sa.Column("found_at", UtcDateTime, nullable=False),
    sa.Column("decision", sa.String(10)),
    sa.Column("reason", sa.Text),
    sa.Column("decided_by", sa.String(100)),
    sa.Column("decided_at", UtcDateTime),
    sa.Index(
        "suspicions_open",
        "found_at",
        "petition_id",
        sqlite_where=sa.text("decision IS NULL"),
        postgresql_where=sa.text("decision IS NULL"),
    ),
)

accusation_models = sa.Table(
    "accusation_models",
    metadata,
    sa.Column("version", BigId, sa.Identity(), primary_key=True),
    sa.Column("source", sa.String(200), nullable=False),
    sa.Column("figures", Json, nullable=False),
    sa.Column("learnt_at", UtcDateTime, nullable=False),
    sa.Column("promoted_at", UtcDateTime),
    sa.Column("threshold", sa.Float, nullable=False),
    sa.Column("start", sa.Float, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("whole", sa.LargeBinary, nullable=False),
    sa.Column("measured_start", sa.Float, nullable=False),
    sa.Column("measured", sa.LargeBinary, nullable=False),
)
"""Models of accusations: `whole` has learnt from everything decided and suspects, `measured` has
never seen the held-back part and is what versions are compared by. The last one promoted is used;
without one the rules alone suspect."""
