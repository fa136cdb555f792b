"""Tables of papers: each paper, its bytes, its templates' editions, numbers and prefixes."""

import sqlalchemy as sa

from routing.models.ground import metadata
from shared.db import BigId, UtcDateTime

documents = sa.Table(
    "documents",
    metadata,
    sa.Column("seq", BigId, sa.Identity(), primary_key=True),
    sa.Column("document_id", sa.String(36), nullable=False, unique=True),
    sa.Column("case_id", sa.String(36), nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("unit", sa.String(50), nullable=False),
    sa.Column("by", sa.String(10), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("fields", sa.LargeBinary, nullable=False),
    sa.Column("edition", sa.Integer),
    sa.Column("text", sa.LargeBinary),
    sa.Column("number", sa.String(100)),
    sa.Column("issued_on", sa.Date),
    sa.Column("rendering", sa.String(10)),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_attempt_at", UtcDateTime),
    sa.Column("last_error", sa.String(200)),
    sa.Column("pdf", sa.String(64)),
    sa.Column("docx", sa.String(64)),
    sa.Column("scan", sa.String(64)),
    sa.Column("served_on", sa.Date),
    sa.Column("service", sa.LargeBinary),
    sa.Column("service_method", sa.String(20)),
    sa.Column("reason", sa.LargeBinary),
    sa.Column("drafted_by", sa.String(100), nullable=False),
    sa.Column("approved_by", sa.String(100)),
    sa.Column("issued_by", sa.String(100)),
    sa.Column("drafted_at", UtcDateTime, nullable=False),
    sa.Column("approved_at", UtcDateTime),
    sa.Column("issued_at", UtcDateTime),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("petition_id", sa.String(36)),
    sa.Column("identity", sa.String(10)),
    sa.Column("identity_at", UtcDateTime),
    sa.Column("claimed", sa.LargeBinary),
    sa.UniqueConstraint("number", name="documents_number"),
    sa.Index("documents_case", "case_id", "seq"),
    sa.Index(
        "documents_unrendered",
        "next_attempt_at",
        sqlite_where=sa.text("rendering IN ('waiting', 'failed')"),
        postgresql_where=sa.text("rendering IN ('waiting', 'failed')"),
    ),
)
"""`fields`, `text`, `service`, `reason` and `claimed` are sealed by the key ring: they say who
people are. `claimed` has the elements that follow what intake knows of the petition `petition_id`,
each with what it last answered; an element that the clerk has changed is not among them.

`rendering` is waiting, done or failed; a renderer that takes a paper moves `next_attempt_at`
ahead, so that a second one leaves it alone and a dead one's work is taken up again.
"""

blobs = sa.Table(
    "blobs",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("media_type", sa.String(100), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)
"""Bytes under the digest of what they are when opened; never changed, only added."""

template_editions = sa.Table(
    "template_editions",
    metadata,
    sa.Column("kind", sa.String(40), primary_key=True),
    sa.Column("edition", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("html", sa.Text, nullable=False),
    sa.Column("put_by", sa.String(100), nullable=False),
    sa.Column("put_at", UtcDateTime, nullable=False),
)
"""Editions of templates that were put after the one that the program brings along."""

document_numbers = sa.Table(
    "document_numbers",
    metadata,
    sa.Column("unit", sa.String(50), primary_key=True),
    sa.Column("series", sa.String(20), primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("last", sa.Integer, nullable=False),
)
"""The last number of each series: without gaps, since it is drawn in the issuing transaction."""

number_prefixes = sa.Table(
    "number_prefixes",
    metadata,
    sa.Column("unit", sa.String(50), primary_key=True),
    sa.Column("prefix", sa.String(20), nullable=False, unique=True),
)
"""What a unit's numbers begin with (机关代字), where it differs from the catalogue."""
