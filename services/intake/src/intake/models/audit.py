"""Who came near a person, when and what for: entries that are added and never changed."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import BigId, Json, UtcDateTime

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("seq", BigId, primary_key=True, autoincrement=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("who", sa.String(100), nullable=False),
    sa.Column("act", sa.String(20), nullable=False),
    sa.Column("petition_id", sa.String(36)),
    sa.Column("purpose_kind", sa.String(20)),
    sa.Column("purpose", sa.Text),
    sa.Column("document_id", sa.String(36)),
    sa.Column("refused", sa.Boolean, nullable=False),
    sa.Column("facts", Json),
    sa.Column("previous", sa.LargeBinary, nullable=False),
    sa.Column("key_id", sa.String(8), nullable=False),
    sa.Column("seal", sa.LargeBinary, nullable=False),
    sa.Index("audit_petition", "petition_id", "seq"),
    sa.Index("audit_who", "who", "seq"),
    sa.Index("audit_at", "at"),
    sa.Index("audit_act", "act", "at"),
)
"""The audit chain and its branches, told by `seq`; triggers refuse to change or remove an entry."""

audit_head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", BigId, nullable=False),
    sa.Column("seal", sa.LargeBinary, nullable=False),
    sa.Column("adopts_until", UtcDateTime, nullable=False),
    sa.Column("key_id", sa.String(8), nullable=False),
    sa.Column("head_seal", sa.LargeBinary, nullable=False),
)
"""One row: how many entries there are and the newest one's seal; whoever adds an entry locks it.

Until `adopts_until` the looks of earlier releases are taken into the chain, and no later.
"""

audit_branches = sa.Table(
    "audit_branches",
    metadata,
    sa.Column("branch", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", BigId, nullable=False),
    sa.Column("seal", sa.LargeBinary, nullable=False),
    sa.Column("key_id", sa.String(8), nullable=False),
    sa.Column("head_seal", sa.LargeBinary, nullable=False),
)
"""The heads of the branches of the audit chain, which take the entries that find `audit_head`
locked; whoever adds an entry to a branch locks its row."""

former_looks = sa.Table(
    "looks",
    metadata,
    sa.Column("look_id", sa.String(36), primary_key=True),
    sa.Column("petition_id", sa.String(36), nullable=False),
    sa.Column("who", sa.String(100), nullable=False),
    sa.Column("unmasked", sa.Boolean, nullable=False),
    sa.Column("purpose", sa.Text),
    sa.Column("document_id", sa.String(36)),
    sa.Column("refused", sa.Boolean, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("looks_petition", "petition_id", "at"),
)
"""Looks that earlier releases wrote down; they move into the chain."""
