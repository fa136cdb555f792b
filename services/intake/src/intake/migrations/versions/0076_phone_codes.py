"""Phone codes, how many went to whom, and an index by which they are sent before all else."""

import sqlalchemy as sa
from alembic import op

from shared.db import Json, UtcDateTime

revision = "0076"
down_revision = "0075"


def upgrade() -> None:
    op.create_table(
        "phone_codes",
        sa.Column("code_id", sa.String(36), primary_key=True),
        sa.Column("phone", sa.LargeBinary, nullable=False),
        sa.Column("phone_index", sa.LargeBinary, nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(36), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("sent_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("wrong", sa.Integer, nullable=False),
        sa.Column("redeemed_at", UtcDateTime),
    )
    op.create_index("phone_codes_phone", "phone_codes", ["phone_index", "sent_at"])
    op.create_index("phone_codes_sent", "phone_codes", ["sent_at"])
    op.create_table(
        "phone_code_rates",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("sent", Json, nullable=False),
        sa.Column("newest_at", UtcDateTime, nullable=False),
    )
    op.create_index("phone_code_rates_newest", "phone_code_rates", ["newest_at"])
    waiting = sa.text("status = 'queued' AND occasion = 'phone_code'")
    with op.get_context().autocommit_block():
        op.create_index(
            "notices_codes",
            "notices",
            ["due_at"],
            postgresql_where=waiting,
            sqlite_where=waiting,
            postgresql_concurrently=True,
            if_not_exists=True,
        )
