"""Who brought a petition in, encrypted."""

import sqlalchemy as sa

from intake.models.ground import metadata

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
    sa.Column("sealed_with", sa.String(255)),
    sa.Column("indexed_with", sa.String(300)),
    sa.Index("petitioners_phone", "phone_index"),
    sa.Index("petitioners_id_number", "id_number_index"),
)
"""`sealed_with` is the id of the key that encrypts the row, `indexed_with` that of the index key
and the normal form; null in rows of earlier releases, which `rotate-keys` writes anew."""

participants = sa.Table(
    "participants",
    metadata,
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
"""Those beside the petitioner: who signs with them, speaks for a group, or acts for them."""
