"""What petitions are about: their fingerprints, what was found alike, and matters put together."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from intake.models.ground import metadata
from shared.db import BigId, Json, UtcDateTime

Pairs = sa.JSON().with_variant(postgresql.ARRAY(sa.Integer), "postgresql")

fingerprints = sa.Table(
    "fingerprints",
    metadata,
    sa.Column(
        "petition_id", sa.String(36), sa.ForeignKey("petitions.petition_id"), primary_key=True
    ),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("pairs", Pairs, nullable=False),
    sa.Index("fingerprints_digest", "digest"),
    sa.Index(
        "fingerprints_pairs",
        "pairs",
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    ).ddl_if(dialect="postgresql"),
)
"""The digest of a petition's text, and the pairs of characters by which like ones are found."""

pair_counts = sa.Table(
    "pair_counts",
    metadata,
    sa.Column("pair", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("petitions", sa.Integer, nullable=False),
    postgresql_with={"fillfactor": "70"},
)
"""In how many petitions each pair stands; that of EVERY petition counts them all."""

uncompared = sa.Table(
    "uncompared",
    metadata,
    sa.Column("seq", BigId, sa.Identity(), primary_key=True),
    sa.Column("petition_id", sa.String(36), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_attempt_at", UtcDateTime),
    sa.Column("last_error", sa.Text),
)
"""Petitions that were registered and are not yet compared with the others."""

matters = sa.Table(
    "matters",
    metadata,
    sa.Column("matter_id", sa.String(36), primary_key=True),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.Column("opened_by", sa.String(100), nullable=False),
)

matter_petitions = sa.Table(
    "matter_petitions",
    metadata,
    sa.Column(
        "petition_id", sa.String(36), sa.ForeignKey("petitions.petition_id"), primary_key=True
    ),
    sa.Column("matter_id", sa.String(36), sa.ForeignKey("matters.matter_id"), nullable=False),
    sa.Column("decision", BigId, nullable=False),
    sa.Index("matter_petitions_matter", "matter_id"),
)
"""The matter that a petition belongs to now, and the decision by which it does."""

matter_decisions = sa.Table(
    "matter_decisions",
    metadata,
    sa.Column("decision", BigId, sa.Identity(), primary_key=True),
    sa.Column("matter_id", sa.String(36), sa.ForeignKey("matters.matter_id"), nullable=False),
    sa.Column("action", sa.String(10), nullable=False),
    sa.Column("petitions", Json, nullable=False),
    sa.Column("kind_before", sa.String(10)),
    sa.Column("undoes", BigId, unique=True),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Index("matter_decisions_matter", "matter_id", "decision"),
)
"""Who put which petitions together or apart, when and why; rows are only ever added.

`petitions` holds, for each petition that moved, the membership it had before, or null.
"""

proposals = sa.Table(
    "matter_proposals",
    metadata,
    sa.Column("seq", BigId, sa.Identity(), primary_key=True),
    sa.Column("petition_id", sa.String(36), sa.ForeignKey("petitions.petition_id"), nullable=False),
    sa.Column("other_id", sa.String(36), sa.ForeignKey("petitions.petition_id"), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("reasons", Json, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("decided_by", sa.String(100)),
    sa.Column("decided_at", UtcDateTime),
    sa.Column("why", sa.Text),
    sa.Column("decision", BigId),
    sa.UniqueConstraint("petition_id", "other_id", name="matter_proposals_pair"),
    sa.Index("matter_proposals_other", "other_id"),
    sa.Index(
        "matter_proposals_open",
        "seq",
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    ),
)
"""Pairs of petitions that may be the same matter, the newer first, and what staff said of them."""
