"""WeChat: sessions of followers, answers, whose petitions are whose, media to be fetched."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0070"
down_revision = "0064"


def upgrade() -> None:
    op.create_table(
        "wechat_sessions",
        sa.Column("session_id", sa.String(36), primary_key=True),
        sa.Column("account", sa.String(20), nullable=False),
        sa.Column("follower", sa.LargeBinary, nullable=False),
        sa.Column("indexed_with", sa.String(300), nullable=False),
        sa.Column("openid", sa.LargeBinary, nullable=False),
        sa.Column("step", sa.String(20)),
        sa.Column("draft", sa.LargeBinary),
        sa.Column("expires_at", UtcDateTime),
        sa.Column("hour", UtcDateTime, nullable=False),
        sa.Column("messages", sa.Integer, nullable=False),
        sa.UniqueConstraint("account", "follower", name="wechat_sessions_follower"),
    )
    op.create_index("wechat_sessions_hour", "wechat_sessions", ["hour"])
    op.create_table(
        "wechat_messages",
        sa.Column("account", sa.String(20), primary_key=True),
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("answer", sa.LargeBinary),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("wechat_messages_at", "wechat_messages", ["at"])
    op.create_table(
        "wechat_petitions",
        sa.Column("petition_id", sa.String(36), primary_key=True),
        sa.Column("account", sa.String(20), nullable=False),
        sa.Column("follower", sa.LargeBinary, nullable=False),
        sa.Column("indexed_with", sa.String(300), nullable=False),
        sa.Column("openid", sa.LargeBinary, nullable=False),
    )
    op.create_index("wechat_petitions_follower", "wechat_petitions", ["account", "follower"])
    op.create_table(
        "wechat_media",
        sa.Column("media_key", sa.String(36), primary_key=True),
        sa.Column("petition_id", sa.String(36), nullable=False),
        sa.Column("account", sa.String(20), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("media_id", sa.LargeBinary, nullable=False),
        sa.Column("sent_at", UtcDateTime, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
    )
    op.create_index("wechat_media_petition", "wechat_media", ["petition_id"])
    op.create_index("wechat_media_due", "wechat_media", ["due_at"])
