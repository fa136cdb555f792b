"""The same matter found again: fingerprints, what was found alike, and matters put together."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db import BigId, Json, UtcDateTime

revision = "0060"
down_revision = "0051"

_PAIRS = sa.JSON().with_variant(postgresql.ARRAY(sa.Integer), "postgresql")


def upgrade() -> None:
    _comparing()
    _matters()
    _proposals()


def _comparing() -> None:
    op.create_table(
        "fingerprints",
        _petition("petition_id", primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("pairs", _PAIRS, nullable=False),
    )
    op.create_index("fingerprints_digest", "fingerprints", ["digest"])
    if op.get_context().dialect.name == "postgresql":
        op.create_index(
            "fingerprints_pairs",
            "fingerprints",
            ["pairs"],
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        )
    op.create_table(
        "pair_counts",
        sa.Column("pair", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("petitions", sa.Integer, nullable=False),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_table(
        "uncompared",
        sa.Column("seq", BigId, sa.Identity(), primary_key=True),
        sa.Column("petition_id", sa.String(36), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_attempt_at", UtcDateTime),
        sa.Column("last_error", sa.Text),
    )


def _matters() -> None:
    op.create_table(
        "matters",
        sa.Column("matter_id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("opened_by", sa.String(100), nullable=False),
    )
    op.create_table(
        "matter_petitions",
        _petition("petition_id", primary_key=True),
        _matter(),
        sa.Column("decision", BigId, nullable=False),
    )
    op.create_index("matter_petitions_matter", "matter_petitions", ["matter_id"])
    op.create_table(
        "matter_decisions",
        sa.Column("decision", BigId, sa.Identity(), primary_key=True),
        _matter(),
        sa.Column("action", sa.String(10), nullable=False),
        sa.Column("petitions", Json, nullable=False),
        sa.Column("kind_before", sa.String(10)),
        sa.Column("undoes", BigId, unique=True),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("matter_decisions_matter", "matter_decisions", ["matter_id", "decision"])


def _proposals() -> None:
    op.create_table(
        "matter_proposals",
        sa.Column("seq", BigId, sa.Identity(), primary_key=True),
        _petition("petition_id", nullable=False),
        _petition("other_id", nullable=False),
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
    )
    op.create_index("matter_proposals_other", "matter_proposals", ["other_id"])
    still_open = sa.text("state = 'open'")
    op.create_index(
        "matter_proposals_open",
        "matter_proposals",
        ["seq"],
        postgresql_where=still_open,
        sqlite_where=still_open,
    )


def _petition(name: str, **options: bool) -> sa.Column[str]:
    return sa.Column(name, sa.String(36), sa.ForeignKey("petitions.petition_id"), **options)


def _matter() -> sa.Column[str]:
    return sa.Column("matter_id", sa.String(36), sa.ForeignKey("matters.matter_id"), nullable=False)
