"""Who brought a petition in, encrypted, and who looked at whom."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import UtcDateTime

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

looks = sa.Table(
    "looks",
    metadata,
    sa.Column("look_id", sa.String(36), primary_key=True),
    sa.Column("petition_id", sa.String(36), nullable=False),
    sa.Column("who", sa.String(100), nullable=False),
    sa.Column("unmasked", sa.Boolean, nullable=False),
    sa.Column("purpose", sa.Text),
    sa.Column("document_id", sa.String(36)),
    sa.Column("attachment_id", sa.String(36)),
    sa.Column("refused", sa.Boolean, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("looks_petition", "petition_id", "at"),
)
