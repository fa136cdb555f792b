"""The gazetteer: places of the district by name, as the office's table of places has them."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import Json, UtcDateTime

places = sa.Table(
    "places",
    metadata,
    sa.Column("code", sa.String(50), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("other_names", Json, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("within", sa.String(50)),
    sa.Column("longitude", sa.Float),
    sa.Column("latitude", sa.Float),
    sa.Column("active", sa.Boolean, nullable=False),
)
"""A code that petitions name is never taken off, only no longer found in words."""

gazetteer_editions = sa.Table(
    "gazetteer_editions",
    metadata,
    sa.Column("edition", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("places", sa.Integer, nullable=False),
    sa.Column("loaded_at", UtcDateTime, nullable=False),
)
