"""Open311: its channel, the keys of its apps, and their posts of the last minutes."""

import sqlalchemy as sa
from alembic import op

from shared.db import UtcDateTime

revision = "0064"
down_revision = "0063"


def upgrade() -> None:
    op.create_table(
        "open311_keys",
        sa.Column("name", sa.String(50), primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("rate", sa.Integer, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("revoked_at", UtcDateTime),
        sa.Column("hour", UtcDateTime, nullable=False),
        sa.Column("posts", sa.Integer, nullable=False),
    )
    op.create_table(
        "open311_posts",
        sa.Column("name", sa.String(50), primary_key=True),
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("posted_at", UtcDateTime, nullable=False),
        sa.Column("petition_no", sa.String(20)),
        sa.Column("query_code", sa.LargeBinary),
    )
    op.create_index("open311_posts_posted", "open311_posts", ["posted_at"])
    # An office may have opened a channel of this code itself.
    op.execute(
        "INSERT INTO channels (code, name, kind, active, public, cost) "
        "VALUES ('open311', '开放接口', 'online', true, false, 100) ON CONFLICT DO NOTHING"
    )
