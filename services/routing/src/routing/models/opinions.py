"""Tables of opinions: drafts with their history, and the index of past answers."""

import sqlalchemy as sa

from routing.models.ground import metadata
from shared.db import BigId, Json, UtcDateTime

opinions = sa.Table(
    "opinions",
    metadata,
    sa.Column("seq", BigId, primary_key=True),
    sa.Column("case_id", sa.String(36), nullable=False),
    sa.Column("level", sa.String(20), nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("body", Json, nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("unit", sa.String(50), nullable=False),
    sa.Column("drafted_by", sa.String(100), nullable=False),
    sa.Column("drafted_at", UtcDateTime, nullable=False),
    sa.Column("submitted_at", UtcDateTime),
    sa.Column("decided_by", sa.String(100)),
    sa.Column("decided_at", UtcDateTime),
    sa.Column("reason", sa.Text),
    sa.Column("issued_at", UtcDateTime),
    sa.Index("opinions_case", "case_id", "level", "round", unique=True),
    sa.Index("opinions_waiting", "unit", "status", "seq"),
)
"""One opinion for each case, level and round (a redo is a new round)."""

opinion_steps = sa.Table(
    "opinion_steps",
    metadata,
    sa.Column("seq", BigId, primary_key=True),
    sa.Column("opinion", sa.BigInteger, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("step", sa.String(20), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("body", Json, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("opinion_steps_opinion", "opinion", "seq"),
)
"""Every version of every opinion as it was saved, sent up, returned, approved and issued."""

answer_tokens = sa.Table(
    "answer_tokens",
    metadata,
    sa.Column("category", sa.String(50), primary_key=True),
    sa.Column("token", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("unit", sa.String(50), nullable=False),
    sa.Index("answer_tokens_unit", "unit", "token", "seq"),
    sqlite_with_rowid=False,
)
"""What each answered case is about: its weightiest pairs of characters, `seq` being the case's."""

answer_bands = sa.Table(
    "answer_bands",
    metadata,
    sa.Column("unit", sa.String(50), primary_key=True),
    sa.Column("band", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""Marks of each unit's answers, by which nearly equal ones meet."""

answers_read = sa.Table(
    "answers_read",
    metadata,
    sa.Column("name", sa.String(20), primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
)
"""How far the cases that were answered before there was an index have been put into it."""
