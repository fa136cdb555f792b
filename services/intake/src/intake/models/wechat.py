"""WeChat: followers in the middle of the form, what they were answered, what they registered, and
pictures and voice notes still to be fetched."""

import sqlalchemy as sa

from intake.models.ground import metadata
from shared.db import UtcDateTime

wechat_sessions = sa.Table(
    "wechat_sessions",
    metadata,
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
    sa.Index("wechat_sessions_hour", "hour"),
)
"""One row a follower: at which step of the form they are and what they have said so far, sealed;
and how many messages they sent in this hour. `follower` is the blind index of their openid."""

wechat_messages = sa.Table(
    "wechat_messages",
    metadata,
    sa.Column("account", sa.String(20), primary_key=True),
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("answer", sa.LargeBinary),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("wechat_messages_at", "at"),
)
"""What each message of the last day was answered with, sealed; null for nothing. `digest` is the
blind index of its MsgId, or of an event's follower, time and name."""

wechat_petitions = sa.Table(
    "wechat_petitions",
    metadata,
    sa.Column("petition_id", sa.String(36), primary_key=True),
    sa.Column("account", sa.String(20), nullable=False),
    sa.Column("follower", sa.LargeBinary, nullable=False),
    sa.Column("indexed_with", sa.String(300), nullable=False),
    sa.Column("openid", sa.LargeBinary, nullable=False),
    sa.Index("wechat_petitions_follower", "account", "follower"),
)
"""Which follower brought a petition in, unless they did so without a name."""

wechat_media = sa.Table(
    "wechat_media",
    metadata,
    sa.Column("media_key", sa.String(36), primary_key=True),
    sa.Column("petition_id", sa.String(36), nullable=False),
    sa.Column("account", sa.String(20), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("media_id", sa.LargeBinary, nullable=False),
    sa.Column("sent_at", UtcDateTime, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Index("wechat_media_petition", "petition_id"),
    sa.Index("wechat_media_due", "due_at"),
)
"""Pictures and voice notes of petitions that are still to be fetched: WeChat keeps them for three
days. A row goes in the transaction that attaches the file, or puts it on the list of what could not
be read."""
