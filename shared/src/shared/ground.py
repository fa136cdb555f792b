"""The tables every service has: outbox, inbox, subject versions, stored answers, replays.

`Ground(metadata)` adds them to a service's MetaData. Their first revision is written out in
`shared.migrations`, so that a database made years ago and this page can be compared.
"""

from dataclasses import dataclass, field

import sqlalchemy as sa

from shared.db import BigId, UtcDateTime

PENDING, DONE, DEAD, UNKNOWN = "pending", "done", "dead", "unknown"


def _outbox(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "outbox",
        metadata,
        sa.Column("seq", BigId, sa.Identity(), primary_key=True),
        sa.Column("event_id", sa.String(100), nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("subject_version", sa.Integer, nullable=False),
        sa.Column("envelope", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("published_at", UtcDateTime),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_attempt_at", UtcDateTime),
        sa.Column("last_error", sa.Text),
        sa.Index(
            "outbox_pending",
            "seq",
            sqlite_where=sa.text("published_at IS NULL"),
            postgresql_where=sa.text("published_at IS NULL"),
        ),
        sa.Index("outbox_created", "created_at"),
        sa.Index(
            "outbox_failed",
            "next_attempt_at",
            sqlite_where=sa.text("published_at IS NULL AND next_attempt_at IS NOT NULL"),
            postgresql_where=sa.text("published_at IS NULL AND next_attempt_at IS NOT NULL"),
        ),
    )


def _inbox(metadata: sa.MetaData) -> sa.Table:
    pending = sa.text("status = 'pending'")
    failed = sa.text("status IN ('dead', 'unknown')")
    kept = sa.text("status = 'done' AND envelope IS NOT NULL")
    return sa.Table(
        "inbox",
        metadata,
        sa.Column("seq", BigId, sa.Identity(), primary_key=True),
        sa.Column("event_id", sa.String(100), nullable=False, unique=True),
        sa.Column("source", sa.String(50), nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("subject_version", sa.Integer, nullable=False),
        sa.Column("envelope", sa.Text),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_attempt_at", UtcDateTime),
        sa.Column("last_error", sa.Text),
        sa.Index("inbox_pending", "seq", sqlite_where=pending, postgresql_where=pending),
        sa.Index(
            "inbox_pending_subject",
            "source",
            "subject",
            "seq",
            sqlite_where=pending,
            postgresql_where=pending,
        ),
        sa.Index("inbox_failed", "status", "seq", sqlite_where=failed, postgresql_where=failed),
        sa.Index("inbox_kept", "received_at", sqlite_where=kept, postgresql_where=kept),
    )


def _subject_versions(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "subject_versions",
        metadata,
        sa.Column("subject", sa.String(100), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
    )


def _answers(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "stored_answers",
        metadata,
        sa.Column("client", sa.String(100), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Index("stored_answers_created", "created_at"),
    )


def _replays(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "replays",
        metadata,
        sa.Column("replay_id", sa.String(100), primary_key=True),
        sa.Column("reader", sa.String(50), nullable=False),
        sa.Column("types", sa.Text, nullable=False),
        sa.Column("since", UtcDateTime),
        sa.Column("after_seq", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("until_seq", sa.BigInteger, nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("done_at", UtcDateTime),
    )


def _numbers(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "numbers",
        metadata,
        sa.Column("name", sa.String(50), primary_key=True),
        sa.Column("last", sa.BigInteger, nullable=False),
    )


@dataclass
class Ground:
    """The ground tables of one service's MetaData."""

    metadata: sa.MetaData
    outbox: sa.Table = field(init=False)
    inbox: sa.Table = field(init=False)
    subject_versions: sa.Table = field(init=False)
    answers: sa.Table = field(init=False)
    replays: sa.Table = field(init=False)
    numbers: sa.Table = field(init=False)

    def __post_init__(self) -> None:
        self.outbox = _outbox(self.metadata)
        self.inbox = _inbox(self.metadata)
        self.subject_versions = _subject_versions(self.metadata)
        self.answers = _answers(self.metadata)
        self.replays = _replays(self.metadata)
        self.numbers = _numbers(self.metadata)
