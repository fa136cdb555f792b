"""Notices to petitioners, the gateways they go by, and how petitioners chose to be served."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import BigId, Json, UtcDateTime

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("seq", BigId, sa.Identity(), primary_key=True),
    sa.Column("notice_id", sa.String(36), nullable=False, unique=True),
    sa.Column("petition_id", sa.String(36), nullable=False),
    sa.Column("occasion", sa.String(20), nullable=False),
    sa.Column("event_id", sa.String(100), nullable=False),
    sa.Column("medium", sa.String(10), nullable=False),
    sa.Column("status", sa.String(10), nullable=False),
    sa.Column("at_once", sa.Boolean, nullable=False),
    sa.Column("facts", Json, nullable=False),
    sa.Column("sealed_code", sa.LargeBinary),
    sa.Column("queued_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("last_error", sa.String(200)),
    sa.Column("sent_at", UtcDateTime),
    sa.Column("sent_by", sa.String(100)),
    sa.Column("delivered_at", UtcDateTime),
    sa.Column("reference", sa.String(200)),
    sa.UniqueConstraint("petition_id", "occasion", "event_id", name="notices_once"),
    sa.Index(
        "notices_due",
        "medium",
        "due_at",
        "seq",
        postgresql_where=sa.text("status = 'queued'"),
        sqlite_where=sa.text("status = 'queued'"),
    ),
    sa.Index(
        "notices_codes",
        "due_at",
        postgresql_where=sa.text("status = 'queued' AND occasion = 'phone_code'"),
        sqlite_where=sa.text("status = 'queued' AND occasion = 'phone_code'"),
    ),
    sa.Index(
        "notices_sealed",
        "queued_at",
        postgresql_where=sa.text("sealed_code IS NOT NULL"),
        sqlite_where=sa.text("sealed_code IS NOT NULL"),
    ),
    sa.Index(
        "notices_failed",
        "status",
        "medium",
        postgresql_where=sa.text("status IN ('failed', 'dead')"),
        sqlite_where=sa.text("status IN ('failed', 'dead')"),
    ),
)
"""One row for each thing a petitioner is told, `seq` in the order in which it happened.

It holds no contact: that is read, decrypted, when the notice is sent. A receipt's query code and a
phone code are sealed here until they have gone, or are given up. A phone code that is for no
petition has an empty `petition_id`.
"""

gateways = sa.Table(
    "notice_gateways",
    metadata,
    sa.Column("medium", sa.String(10), primary_key=True),
    sa.Column("lease", sa.String(36)),
    sa.Column("lease_until", UtcDateTime),
    sa.Column("paused_until", UtcDateTime),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("window_at", UtcDateTime, nullable=False),
    sa.Column("window_sent", sa.Integer, nullable=False),
)
"""Of each medium: which process sends by it now, until when it rests after failures, how many went
in this minute. So limits hold however many workers there are."""

choices = sa.Table(
    "notice_choices",
    metadata,
    sa.Column("choice_id", BigId, sa.Identity(), primary_key=True),
    sa.Column("petition_id", sa.String(36), nullable=False),
    sa.Column("medium", sa.String(10)),
    sa.Column("consent", sa.Boolean, nullable=False),
    sa.Column("wechat_id", sa.LargeBinary),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("said_by", sa.String(100), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("notice_choices_petition", "petition_id", "choice_id"),
)
"""How a petitioner chose to be served, and whether they consented to be served electronically; the
newest row counts, the others are kept as evidence."""
