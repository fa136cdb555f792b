"""Channels are data: those that there were until now."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0005"
down_revision = "0004"

_CHANNELS = (
    ("web", "网上信访", "online", True),
    ("app", "手机应用", "online", True),
    ("wechat", "微信公众号", "online", False),
    ("email", "电子邮件", "online", False),
    ("hotline", "热线来电", "call", False),
    ("visit", "来访", "visit", False),
    ("letter", "来信", "letter", False),
    ("mailbox", "政府信箱", "online", False),
)


def upgrade() -> None:
    table = op.create_table(
        "channels",
        sa.Column("code", sa.String(20), primary_key=True),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("public", sa.Boolean, nullable=False),
        sa.Column("cost", sa.Integer, nullable=False),
        sa.Column("changed_at", UtcDateTime),
        sa.Column("changed_by", sa.String(100)),
    )
    op.bulk_insert(
        table,
        [
            {
                "code": code,
                "name": name,
                "kind": kind,
                "active": True,
                "public": public,
                "cost": 100,
            }
            for code, name, kind, public in _CHANNELS
        ],
    )
