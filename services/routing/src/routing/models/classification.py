"""Tables of categories, corrections, classifiers and pre-dispatch."""

import sqlalchemy as sa

from routing.models.ground import metadata
from shared.db import BigId, Json, UtcDateTime

categories = sa.Table(
    "categories",
    metadata,
    sa.Column("code", sa.String(50), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("parent", sa.String(50)),
    sa.Column("unit", sa.String(50)),
    sa.Column("keywords", sa.Text, nullable=False),
    sa.Column("valid", sa.Boolean, nullable=False),
    sa.Column("sort", sa.Integer, nullable=False),
)
"""The tree; `unit` is null where the category above says who handles. Nothing is ever removed."""

category_imports = sa.Table(
    "category_imports",
    metadata,
    sa.Column("seq", BigId, primary_key=True),
    sa.Column("file", sa.String(200), nullable=False),
    sa.Column("added", sa.Integer, nullable=False),
    sa.Column("changed", sa.Integer, nullable=False),
    sa.Column("ended", sa.Integer, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)
"""Each import of the tree; the last one's number tells a process whether its copy is old."""

corrections = sa.Table(
    "corrections",
    metadata,
    sa.Column("seq", BigId, primary_key=True),
    sa.Column("case_id", sa.String(36), nullable=False),
    sa.Column("text_hash", sa.String(64), nullable=False),
    sa.Column("suggested", sa.String(50)),
    sa.Column("chosen", sa.String(50), nullable=False),
    sa.Column("model", sa.String(20)),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("corrections_case", "case_id", "seq"),
)
"""What people chose where a category was suggested; the last one of a case holds."""

classifiers = sa.Table(
    "classifiers",
    metadata,
    sa.Column("version", BigId, primary_key=True),
    sa.Column("source", sa.String(200), nullable=False),
    sa.Column("metrics", Json, nullable=False),
    sa.Column("trained_at", UtcDateTime, nullable=False),
    sa.Column("promoted_at", UtcDateTime),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("whole", sa.LargeBinary, nullable=False),
    sa.Column("measured", sa.LargeBinary, nullable=False),
    sa.Index("classifiers_promoted", "promoted_at"),
)
"""Trained classifiers: `whole` has learnt from all rows and suggests, `measured` has never seen
the held-back part and is what versions are compared by. The last one promoted is used."""

pre_dispatch = sa.Table(
    "pre_dispatch",
    metadata,
    sa.Column("category", sa.String(50), primary_key=True),
    sa.Column("min_percent", sa.Integer, nullable=False),
    sa.Column("unit", sa.String(50), nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("changed_by", sa.String(100), nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)
"""Which categories go to their unit without a dispatcher, from which confidence on."""
