"""What is registered of a petition beside its words (P-GC22 Art.5), and who is part of it."""

import sqlalchemy as sa
from alembic import op

from shared.db import Json

revision = "0007"
down_revision = "0006"

_OLD = sa.text("false")


def upgrade() -> None:
    for name in ("claim", "course"):
        op.add_column("petitions", sa.Column(name, sa.Text))
    op.add_column("petitions", sa.Column("place_code", sa.String(50)))
    op.add_column("petitions", sa.Column("longitude", sa.Float))
    op.add_column("petitions", sa.Column("latitude", sa.Float))
    op.add_column("petitions", sa.Column("coordinate_system", sa.String(10)))
    op.add_column("petitions", sa.Column("people", sa.Integer, nullable=False, server_default="1"))
    op.add_column("petitions", sa.Column("affected", sa.Integer))
    for name in ("joint", "urgent", "threat", "litigation"):
        flag = sa.Column(name, sa.Boolean, nullable=False, server_default=_OLD)
        op.add_column("petitions", flag)
    op.add_column("petitions", sa.Column("proceedings", Json, nullable=False, server_default="[]"))
    op.create_table(
        "participants",
        sa.Column(
            "petition_id", sa.String(36), sa.ForeignKey("petitions.petition_id"), primary_key=True
        ),
        sa.Column("part", sa.String(20), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("name", sa.LargeBinary),
        sa.Column("phone", sa.LargeBinary),
        sa.Column("id_number", sa.LargeBinary),
        sa.Column("address", sa.LargeBinary),
        sa.Column("email", sa.LargeBinary),
        sa.Column("phone_index", sa.LargeBinary),
        sa.Column("id_number_index", sa.LargeBinary),
        sa.Column("relation", sa.String(20)),
        sa.Column("signed_on", sa.Date),
        sa.Column("until", sa.Date),
        sa.Column("scope", sa.Text),
        sa.Column("sealed_with", sa.String(255)),
        sa.Column("indexed_with", sa.String(300)),
        sa.Index("participants_phone", "phone_index"),
        sa.Index("participants_id_number", "id_number_index"),
    )
