"""Classification: the tree of categories, corrections, classifiers, pre-dispatch."""

import csv
from importlib import resources

import sqlalchemy as sa
from alembic import op

from shared.db import BigId, Json, UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    tree = op.create_table(
        "categories",
        sa.Column("code", sa.String(50), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("parent", sa.String(50)),
        sa.Column("unit", sa.String(50)),
        sa.Column("keywords", sa.Text, nullable=False),
        sa.Column("valid", sa.Boolean, nullable=False),
        sa.Column("sort", sa.Integer, nullable=False),
    )
    op.bulk_insert(tree, _first_tree())
    op.create_table(
        "category_imports",
        sa.Column("seq", BigId, primary_key=True),
        sa.Column("file", sa.String(200), nullable=False),
        sa.Column("added", sa.Integer, nullable=False),
        sa.Column("changed", sa.Integer, nullable=False),
        sa.Column("ended", sa.Integer, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "corrections",
        sa.Column("seq", BigId, primary_key=True),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.Column("suggested", sa.String(50)),
        sa.Column("chosen", sa.String(50), nullable=False),
        sa.Column("model", sa.String(20)),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("corrections_case", "corrections", ["case_id", "seq"])
    op.create_table(
        "classifiers",
        sa.Column("version", BigId, primary_key=True),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("metrics", Json, nullable=False),
        sa.Column("trained_at", UtcDateTime, nullable=False),
        sa.Column("promoted_at", UtcDateTime),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("whole", sa.LargeBinary, nullable=False),
        sa.Column("measured", sa.LargeBinary, nullable=False),
    )
    op.create_index("classifiers_promoted", "classifiers", ["promoted_at"])
    op.create_table(
        "pre_dispatch",
        sa.Column("category", sa.String(50), primary_key=True),
        sa.Column("min_percent", sa.Integer, nullable=False),
        sa.Column("unit", sa.String(50), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("changed_by", sa.String(100), nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
    )


def _first_tree() -> list[dict[str, object]]:
    """The tree that this release brings along; an office imports its own over it."""
    file = resources.files("routing") / "data" / "categories.csv"
    with file.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return [
        {
            "code": row["code"],
            "name": row["name"],
            "parent": row["code"].rpartition(".")[0] or None,
            "unit": row["unit"],
            "keywords": row["keywords"],
            "valid": True,
            "sort": place,
        }
        for place, row in enumerate(rows, start=1)
    ]
