"""Petitions as received, and wrong tries at their query codes."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import Json, UtcDateTime

petitions = sa.Table(
    "petitions",
    metadata,
    sa.Column("petition_id", sa.String(36), primary_key=True),
    sa.Column("petition_no", sa.String(20), nullable=False, unique=True),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("claim", sa.Text),
    sa.Column("course", sa.Text),
    sa.Column("place", sa.Text),
    sa.Column("place_code", sa.String(50)),
    sa.Column("longitude", sa.Float),
    sa.Column("latitude", sa.Float),
    sa.Column("coordinate_system", sa.String(10)),
    sa.Column("people", sa.Integer, nullable=False),
    sa.Column("affected", sa.Integer),
    sa.Column("joint", sa.Boolean, nullable=False),
    sa.Column("urgent", sa.Boolean, nullable=False),
    sa.Column("threat", sa.Boolean, nullable=False),
    sa.Column("litigation", sa.Boolean, nullable=False),
    sa.Column("proceedings", Json, nullable=False),
    sa.Column("purpose", sa.String(20), nullable=False),
    sa.Column("addressee", sa.String(50)),
    sa.Column("mailbox", sa.String(50)),
    sa.Column("publish_consent", sa.Boolean, nullable=False),
    sa.Column("secrecy", sa.Boolean, nullable=False),
    sa.Column("secret", sa.Boolean, nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("registered_at", UtcDateTime, nullable=False),
    sa.Column("registered_by", sa.String(100), nullable=False),
    sa.Column("historical", sa.Boolean, nullable=False),
    sa.Column("external_system", sa.String(50)),
    sa.Column("external_id", sa.String(200)),
    sa.Column("query_code_digest", sa.LargeBinary, nullable=False),
    sa.Column("erased_at", UtcDateTime),
    sa.Column("erased_for", sa.String(20)),
    sa.UniqueConstraint("channel", "external_system", "external_id", name="petitions_external_ref"),
    sa.Index("petitions_channel", "channel", "registered_at"),
)

wrong_codes = sa.Table(
    "wrong_codes",
    metadata,
    sa.Column("petition_no", sa.String(20), primary_key=True),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("since", UtcDateTime, nullable=False),
)
