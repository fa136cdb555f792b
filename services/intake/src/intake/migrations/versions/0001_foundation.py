"""Foundation."""

import sqlalchemy as sa
from alembic import op

from shared.db import Json, UtcDateTime
from shared.migrations import create_ground, create_sequence

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_ground()
    create_sequence("petition_seq")
    op.create_table(
        "petitions",
        sa.Column("petition_id", sa.String(36), primary_key=True),
        sa.Column("petition_no", sa.String(20), nullable=False, unique=True),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("place", sa.Text),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("secrecy", sa.Boolean, nullable=False),
        sa.Column("secret", sa.Boolean, nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("registered_at", UtcDateTime, nullable=False),
        sa.Column("registered_by", sa.String(100), nullable=False),
        sa.Column("historical", sa.Boolean, nullable=False),
        sa.Column("external_system", sa.String(50)),
        sa.Column("external_id", sa.String(200)),
        sa.Column("query_code_digest", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint(
            "channel", "external_system", "external_id", name="petitions_external_ref"
        ),
    )
    op.create_table(
        "petitioners",
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
    )
    op.create_index("petitioners_phone", "petitioners", ["phone_index"])
    op.create_index("petitioners_id_number", "petitioners", ["id_number_index"])
    op.create_table(
        "progress",
        sa.Column("petition_id", sa.String(36), primary_key=True),
        sa.Column("event_id", sa.String(100), primary_key=True),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("subject_version", sa.Integer, nullable=False),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("facts", Json, nullable=False),
    )
    op.create_table(
        "case_access",
        sa.Column("petition_id", sa.String(36), primary_key=True),
        sa.Column("case_id", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("units", Json, nullable=False),
    )
    op.create_table(
        "wrong_codes",
        sa.Column("petition_no", sa.String(20), primary_key=True),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
    )
    op.create_table(
        "looks",
        sa.Column("look_id", sa.String(36), primary_key=True),
        sa.Column("petition_id", sa.String(36), nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
        sa.Column("unmasked", sa.Boolean, nullable=False),
        sa.Column("purpose", sa.Text),
        sa.Column("refused", sa.Boolean, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("looks_petition", "looks", ["petition_id", "at"])
