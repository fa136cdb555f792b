"""Tables of intake: petitions as received, petitioners encrypted, progress, looks written down."""

import sqlalchemy as sa

from shared.case_marks import CaseMarks
from shared.db import Json, UtcDateTime
from shared.ground import Ground

metadata = sa.MetaData()
ground = Ground(metadata)

petitions = sa.Table(
    "petitions",
    metadata,
    sa.Column("petition_id", sa.String(36), primary_key=True),
    sa.Column("petition_no", sa.String(20), nullable=False, unique=True),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("place", sa.Text),
    sa.Column("purpose", sa.String(20), nullable=False),
    sa.Column("addressee", sa.String(50)),
    sa.Column("secrecy", sa.Boolean, nullable=False),
    sa.Column("secret", sa.Boolean, nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("registered_at", UtcDateTime, nullable=False),
    sa.Column("registered_by", sa.String(100), nullable=False),
    sa.Column("historical", sa.Boolean, nullable=False),
    sa.Column("external_system", sa.String(50)),
    sa.Column("external_id", sa.String(200)),
    sa.Column("query_code_digest", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("channel", "external_system", "external_id", name="petitions_external_ref"),
    sa.Index("petitions_channel", "channel", "registered_at"),
)

channels = sa.Table(
    "channels",
    metadata,
    sa.Column("code", sa.String(20), primary_key=True),
    sa.Column("name", sa.String(50), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("public", sa.Boolean, nullable=False),
    sa.Column("cost", sa.Integer, nullable=False),
    sa.Column("changed_at", UtcDateTime),
    sa.Column("changed_by", sa.String(100)),
)
"""Channels of the office; a code that petitions came by is never taken off, only closed."""

petitioners = sa.Table(
    "petitioners",
    metadata,
    sa.Column(
        "petition_id", sa.String(36), sa.ForeignKey("petitions.petition_id"), primary_key=True
    ),
    sa.Column("name", sa.LargeBinary),
    sa.Column("phone", sa.LargeBinary),
    sa.Column("id_number", sa.LargeBinary),
    sa.Column("address", sa.LargeBinary),
    sa.Column("email", sa.LargeBinary),
    sa.Column("phone_index", sa.LargeBinary),
    sa.Column("id_number_index", sa.LargeBinary),
    sa.Index("petitioners_phone", "phone_index"),
    sa.Index("petitioners_id_number", "id_number_index"),
)

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
    sa.Column("marks_version", sa.Integer),
)

marks = CaseMarks(metadata, cases)

case_words = sa.Table(
    "case_words",
    metadata,
    sa.Column("petition_id", sa.String(36), primary_key=True),
    sa.Column("case_id", sa.String(36), primary_key=True),
)
"""Petitions whose words hold what an accusation was split off for: of the accusation's case."""

wrong_codes = sa.Table(
    "wrong_codes",
    metadata,
    sa.Column("petition_no", sa.String(20), primary_key=True),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("since", UtcDateTime, nullable=False),
)

looks = sa.Table(
    "looks",
    metadata,
    sa.Column("look_id", sa.String(36), primary_key=True),
    sa.Column("petition_id", sa.String(36), nullable=False),
    sa.Column("who", sa.String(100), nullable=False),
    sa.Column("unmasked", sa.Boolean, nullable=False),
    sa.Column("purpose", sa.Text),
    sa.Column("document_id", sa.String(36)),
    sa.Column("refused", sa.Boolean, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("looks_petition", "petition_id", "at"),
)
