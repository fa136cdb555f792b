"""Tables of units: the tree of offices, who is responsible for what, how current both are."""

import sqlalchemy as sa

from routing.models.ground import metadata
from shared.db import Json

units = sa.Table(
    "units",
    metadata,
    sa.Column("code", sa.String(50), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("parent", sa.String(50)),
    sa.Column("secret_lane", sa.Boolean, nullable=False),
    sa.Column("level", sa.String(20)),
    sa.Column("external", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("valid_from", sa.Date),
    sa.Column("valid_to", sa.Date),
    sa.Column("successors", Json, nullable=False, server_default="[]"),
    sa.Column("review_body", sa.String(50)),
    sa.Column("address", sa.String(200)),
    sa.Column("contact", sa.String(100)),
)

responsibilities = sa.Table(
    "responsibilities",
    metadata,
    sa.Column("category", sa.String(50), primary_key=True),
    sa.Column("area", sa.String(50), primary_key=True),
    sa.Column("unit", sa.String(50), primary_key=True),
    sa.Column("valid_from", sa.Date, primary_key=True),
    sa.Column("valid_to", sa.Date),
    sa.Column("priority", sa.Integer, nullable=False),
)
"""Which unit is responsible for a category (and all below it) in an area, and from when to when."""

unit_revisions = sa.Table(
    "unit_revisions",
    metadata,
    sa.Column("name", sa.String(20), primary_key=True),
    sa.Column("revision", sa.String(36), nullable=False),
)
"""What each of the two tables is at: a new random text with each change, so that copies age."""
