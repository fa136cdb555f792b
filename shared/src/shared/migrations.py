"""Migrations: Alembic per service, run one after another, never in threads.

`migrate` on a revision it does not know exits 0, so that a rolled-back version starts; waiters
poll a try-lock, since a blocking waiter would deadlock CREATE INDEX CONCURRENTLY.
"""

import datetime as dt
import hashlib
import logging
import time
from importlib.resources import files
from typing import Any

import sqlalchemy as sa
from alembic import command, context, op
from alembic.config import Config
from alembic.script import ScriptDirectory

from shared.clock import SystemClock
from shared.db import BigId, Database, Session, UtcDateTime

log = logging.getLogger(__name__)

PARTITIONS_AHEAD = 3
_LOCK_WAIT_S = 300
_VERSIONS = "alembic_version"


def config(package: str) -> Config:
    """Alembic's configuration of a service package."""
    found = Config()
    found.set_main_option("script_location", str(files(package) / "migrations"))
    found.set_main_option("path_separator", "os")
    return found


def head(package: str) -> str:
    """The newest revision this version of the service knows."""
    newest = ScriptDirectory.from_config(config(package)).get_current_head()
    assert newest is not None, f"{package} has no migration"
    return newest


def migrate(db: Database, package: str) -> str:
    """Bring the database to this version's head; returns the revision it is at."""
    with db.engine.connect() as connection:
        _lock(connection, db)
        try:
            now = _current(connection)
            known = {
                s.revision for s in ScriptDirectory.from_config(config(package)).walk_revisions()
            }
            if now is not None and now not in known:
                log.warning("database is newer than this version", extra={"revision": now})
                return now
            connection.rollback()
            setup = config(package)
            setup.attributes["connection"] = connection
            command.upgrade(setup, "head")
            connection.commit()
            return head(package)
        finally:
            _unlock(connection, db)


def behind(session: Session, package: str) -> str | None:
    """The revision a database is at when it is older than this version's, else None."""
    connection = session.connection()
    now = _current(connection)
    if now == head(package):
        return None
    known = {s.revision for s in ScriptDirectory.from_config(config(package)).walk_revisions()}
    return (now or "none") if now is None or now in known else None


def run(metadata: sa.MetaData) -> None:
    """What each service's migrations/env.py does."""
    connection = context.config.attributes["connection"]
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET lock_timeout = '5s'"))
        connection.commit()  # else an autocommit_block finds a transaction that is not Alembic's
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()


def _current(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(_VERSIONS):
        return None
    found = connection.execute(sa.text(f"SELECT version_num FROM {_VERSIONS}")).scalar()  # noqa: S608
    return str(found) if found else None


def _lock_key(db: Database) -> int:
    digest = hashlib.sha256(f"migrate/{db.service}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _lock(connection: sa.Connection, db: Database) -> None:
    if db.is_sqlite:
        return
    deadline = time.monotonic() + _LOCK_WAIT_S
    query = sa.select(sa.func.pg_try_advisory_lock(_lock_key(db)))
    while not connection.scalar(query):
        connection.rollback()
        if time.monotonic() > deadline:
            raise TimeoutError("another migration has held the lock for five minutes")
        time.sleep(0.5)
    connection.commit()


def _unlock(connection: sa.Connection, db: Database) -> None:
    if not db.is_sqlite:
        connection.rollback()
        connection.execute(sa.select(sa.func.pg_advisory_unlock(_lock_key(db))))
        connection.commit()


def create_ground() -> None:
    """Revision 1 of the ground tables; on PostgreSQL the outbox is partitioned by month."""
    postgres = op.get_bind().dialect.name == "postgresql"
    pending_out = sa.text("published_at IS NULL")
    failed_out = sa.text("published_at IS NULL AND next_attempt_at IS NOT NULL")
    pending_in = sa.text("status = 'pending'")
    failed = sa.text("status IN ('dead', 'unknown')")
    kept = sa.text("status = 'done' AND envelope IS NOT NULL")

    def partial(name: str, table: str, columns: list[str], where: Any) -> None:
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)

    columns: list[Any] = [
        sa.Column("seq", BigId, sa.Identity(), primary_key=True),
        sa.Column("event_id", sa.String(100), nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("subject_version", sa.Integer, nullable=False),
        sa.Column("envelope", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False, primary_key=postgres),
        sa.Column("published_at", UtcDateTime),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_attempt_at", UtcDateTime),
        sa.Column("last_error", sa.Text),
    ]
    op.create_table("outbox", *columns, postgresql_partition_by="RANGE (created_at)")
    if postgres:
        op.execute("CREATE TABLE outbox_default PARTITION OF outbox DEFAULT")
        create_partitions(op.get_bind(), SystemClock().now())
    partial("outbox_pending", "outbox", ["seq"], pending_out)
    op.create_index("outbox_created", "outbox", ["created_at"])
    partial("outbox_failed", "outbox", ["next_attempt_at"], failed_out)

    op.create_table(
        "inbox",
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
    )
    partial("inbox_pending", "inbox", ["seq"], pending_in)
    partial("inbox_pending_subject", "inbox", ["source", "subject", "seq"], pending_in)
    partial("inbox_failed", "inbox", ["status", "seq"], failed)
    partial("inbox_kept", "inbox", ["received_at"], kept)

    op.create_table(
        "subject_versions",
        sa.Column("subject", sa.String(100), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "stored_answers",
        sa.Column("client", sa.String(100), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_index("stored_answers_created", "stored_answers", ["created_at"])
    op.create_table(
        "replays",
        sa.Column("replay_id", sa.String(100), primary_key=True),
        sa.Column("reader", sa.String(50), nullable=False),
        sa.Column("types", sa.Text, nullable=False),
        sa.Column("since", UtcDateTime),
        sa.Column("after_seq", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("until_seq", sa.BigInteger, nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("done_at", UtcDateTime),
    )
    op.create_table(
        "numbers",
        sa.Column("name", sa.String(50), primary_key=True),
        sa.Column("last", sa.BigInteger, nullable=False),
    )


def create_sequence(name: str) -> None:
    """A number sequence; SQLite counts in the table `numbers` instead."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"CREATE SEQUENCE {name}")


def create_partitions(connection: sa.Connection, now: dt.datetime) -> None:
    """Make the outbox partitions of this month and the next ones, where they are missing.

    A month whose first rows went to the default partition, because no worker ran for months, stays
    there: nothing is lost, that month is only archived by hand.
    """
    year, month = now.year, now.month
    for _ in range(PARTITIONS_AHEAD + 1):
        after = (year + month // 12, month % 12 + 1)
        name, first = f"outbox_{year}_{month:02d}", f"{year}-{month:02d}-01+00"
        statement = (
            f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF outbox "
            f"FOR VALUES FROM ('{first}') TO ('{after[0]}-{after[1]:02d}-01+00')"
        )
        try:
            with connection.begin_nested():
                connection.execute(sa.text(statement))
        except sa.exc.IntegrityError:
            log.warning("a month's rows are in the default partition", extra={"partition": name})
        year, month = after
