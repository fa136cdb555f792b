"""Databases: PostgreSQL for services on their own, SQLite for all of them in one process.

A use case gets a `Session` and works with SQLAlchemy Core on it. Whatever it emits is kept on the
session and written to the outbox in the same transaction, subjects locked in id order.

SQLite: reads use deferred, query-only connections; writes BEGIN IMMEDIATE behind one in-process
lock per file (plain BEGIN lost 248 of 800 writes to lock errors). PostgreSQL: a fence is an
advisory lock that lives in the transaction which does the work.
"""

import contextlib
import datetime as dt
import hashlib
import json
import select
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

__all__ = [
    "Database",
    "Session",
    "UtcDateTime",
    "dialect_insert",
    "insert_many",
    "insert_missing",
    "is_infrastructure",
    "next_numbers",
    "upsert",
    "upsert_newer",
]

BUSY_MS = 10_000
# Statements here are read along indexes: compiling one took a third of its time (docs/adr/0049).
POSTGRES_OPTIONS = (
    "-c timezone=UTC -c idle_in_transaction_session_timeout=30000 -c statement_timeout=60000"
    " -c jit=off"
)
STOPPED_AFTER = dt.timedelta(seconds=30)
_END_STOPPED = sa.text("""
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user
  AND application_name = current_setting('application_name') AND pid <> pg_backend_pid()
  AND xact_start IS NOT NULL AND wait_event_type = 'Client' AND state_change < now() - :after
""")
_NEXT_VALUES = sa.text("SELECT nextval(:name) FROM generate_series(1, :count)")
_COUNT_ON = sa.text(
    "INSERT INTO numbers (name, last) VALUES (:name, :count) "
    "ON CONFLICT (name) DO UPDATE SET last = last + :count RETURNING last"
)
# Queues grow from nothing to thousands of rows before PostgreSQL has counted them once. A plan kept
# from then reads whole tables, and a bitmap scan finds every row that was ever pending: it does not
# clear away what it finds dead, as an index scan does.
_FENCE = sa.text("""
SELECT pg_try_advisory_xact_lock(:key),
       set_config('plan_cache_mode', 'force_custom_plan', true),
       set_config('enable_bitmapscan', 'off', true)
""")
_FEW = 10
_inserts: dict[tuple[Any, ...], Any] = {}
"""Statements of `insert_many`, made once: making one takes longer than a row."""
Flush = Callable[[Session], None]


class UtcDateTime(sa.types.TypeDecorator[dt.datetime]):
    """An aware time, stored in UTC; naive values are refused before they reach the database."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> Any:
        if value is None or value.tzinfo is not None:
            return value if value is None else value.astimezone(dt.UTC)
        return value.replace(tzinfo=dt.UTC)


BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def dumps(value: Any) -> str:
    """Compact JSON that keeps Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Database:
    """One service's database. `flush` is run before each commit (the outbox gives it)."""

    def __init__(self, url: str, *, service: str, pool_size: int = 8) -> None:
        self.url = sa.make_url(url)
        self.service = service
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._write_lock = threading.Lock()
        self._before_commit: list[Flush] = []
        if self.is_sqlite:
            Path(self.url.database or "").parent.mkdir(parents=True, exist_ok=True)
            self._reader = _sqlite_engine(self.url, query_only=True, pool_size=pool_size)
            self._writer = _sqlite_engine(self.url, query_only=False, pool_size=1)
        else:
            self._reader = self._writer = _postgres_engine(self.url, service, pool_size)

    @property
    def engine(self) -> sa.Engine:
        """The engine that may write; migrations and `topology` use it."""
        return self._writer

    @property
    def connections_in_use(self) -> int:
        """Connections that are at work now."""
        pools = {self._reader.pool, self._writer.pool}
        return sum(pool.checkedout() for pool in pools if isinstance(pool, sa.pool.QueuePool))

    def before_commit(self, flush: Flush) -> None:
        self._before_commit.append(flush)

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading; nothing done on it is kept."""
        with Session(self._reader, autoflush=False) as session:
            yield session

    @contextlib.contextmanager
    def write(self, **info: Any) -> Iterator[Session]:
        """One transaction: committed with what it emitted when the block ends, else rolled back."""
        with (
            self._write_lock if self.is_sqlite else contextlib.nullcontext(),
            Session(self._writer, autoflush=False, info=dict(info)) as session,
        ):
            yield session
            for flush in self._before_commit:
                flush(session)
            session.commit()

    @contextlib.contextmanager
    def fenced(self, name: str, **info: Any) -> Iterator[Session | None]:
        """`write`, or None where another process does this work now."""
        with self.write(**info) as session:
            yield session if self._fence(session, name) else None

    @contextlib.contextmanager
    def relaying(self, name: str) -> Iterator[Session | None]:
        """A fenced session for reading rows that go out; `settle` then writes what became of them.

        On SQLite the fence is the process's lock on VAR and no write lock is held meanwhile, since
        the in-process bus writes into other services' files.
        """
        if self.is_sqlite:
            with self.read() as session:
                yield session
            return
        with self.fenced(name) as session:
            yield session

    @contextlib.contextmanager
    def settle(self, session: Session) -> Iterator[Session]:
        """The session in which the rows that `relaying` gave may be updated."""
        if self.is_sqlite:
            session.rollback()
            with self.write() as writing:
                yield writing
            return
        yield session

    def wait_for_fence(self, session: Session, name: str) -> None:
        """Take a fence in the session's transaction, waiting for whoever has it."""
        if not self.is_sqlite:
            session.execute(sa.select(sa.func.pg_advisory_xact_lock(self._key(name))))

    def end_stopped_sessions(self, *, after: dt.timedelta = STOPPED_AFTER) -> int:
        """End this service's transactions whose process has stopped talking; returns how many.

        PostgreSQL's own time-outs overlook a process that was stopped between the statements of a
        pipeline (executemany) or while it read a long answer: its fences and locks would last as
        long as it is stopped (measured on 15).
        """
        if self.is_sqlite:
            return 0
        with self.write() as session:
            return len(session.execute(_END_STOPPED, {"after": after}).all())

    def close(self) -> None:
        self._reader.dispose()
        self._writer.dispose()

    def _fence(self, session: Session, name: str) -> bool:
        if self.is_sqlite:
            return True
        return bool(session.scalar(_FENCE, {"key": self._key(name)}))

    def _key(self, name: str) -> int:
        digest = hashlib.sha256(f"{self.service}/{name}".encode()).digest()
        return int.from_bytes(digest[:8], "big", signed=True)


def _sqlite_engine(url: sa.URL, *, query_only: bool, pool_size: int) -> sa.Engine:
    engine = sa.create_engine(
        url,
        connect_args={"isolation_level": None, "timeout": BUSY_MS / 1000},
        poolclass=sa.pool.QueuePool,
        pool_size=pool_size,
        max_overflow=20 if query_only else 0,
        json_serializer=dumps,
    )
    begin = "BEGIN" if query_only else "BEGIN IMMEDIATE"

    @sa.event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_MS}"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA foreign_keys=ON")
        if query_only:
            connection.execute("PRAGMA query_only=ON")

    @sa.event.listens_for(engine, "begin")
    def start(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgres_engine(url: sa.URL, service: str, pool_size: int) -> sa.Engine:
    engine = sa.create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        json_serializer=dumps,
        connect_args={
            "application_name": f"minsheng-{service}",
            "connect_timeout": 5,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "options": POSTGRES_OPTIONS,
        },
    )
    sa.event.listen(engine, "checkout", _refuse_ended)
    return engine


def _refuse_ended(connection: Any, _record: Any, _proxy: Any) -> None:
    """Have the pool replace a connection on which the server has said something meanwhile.

    To an idle client it hardly says anything but that it ends the connection. Looking costs a few
    microseconds, a ping (`pool_pre_ping`) a round trip for every transaction.
    """
    watch = select.poll()
    watch.register(connection.fileno(), select.POLLIN)
    if watch.poll(0):
        raise sa.exc.DisconnectionError("the server has ended the connection")


def is_infrastructure(error: BaseException) -> bool:
    """True for a database that is away, restarting or resolving a deadlock: nobody's fault.

    SQLite says "operational" of a mistaken statement too; that one is somebody's fault.
    """
    if isinstance(error, sa.exc.TimeoutError | sa.exc.InterfaceError):
        return True
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return False
    if error.connection_invalidated or isinstance(error, sa.exc.OperationalError):
        return True
    state = str(getattr(error.orig, "sqlstate", "") or "")
    return state[:2] in {"08", "40", "53", "55", "57"}


def insert_missing(
    session: Session, table: sa.Table, rows: Sequence[Mapping[str, Any]], *, key: Iterable[str]
) -> None:
    """Insert the rows whose `key` is not there yet; one statement however many."""
    if rows:
        statement = dialect_insert(session, table).on_conflict_do_nothing(index_elements=list(key))
        session.execute(statement, list(rows))


def upsert(
    session: Session, table: sa.Table, rows: Sequence[Mapping[str, Any]], *, key: Sequence[str]
) -> None:
    """Insert the rows, or replace those with the same `key`."""
    if rows:
        insert = dialect_insert(session, table)
        changes = {name: insert.excluded[name] for name in rows[0] if name not in key}
        statement = insert.on_conflict_do_update(index_elements=list(key), set_=changes)
        session.execute(statement, list(rows))


def upsert_newer(
    session: Session,
    table: sa.Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str],
    version: str = "version",
) -> None:
    """Replace wholesale where the row's version is higher than the one kept (design, section 4)."""
    if rows:
        insert = dialect_insert(session, table)
        changes = {name: insert.excluded[name] for name in rows[0] if name not in key}
        statement = insert.on_conflict_do_update(
            index_elements=list(key),
            set_=changes,
            where=insert.excluded[version] > table.c[version],
        )
        session.execute(statement, list(rows))


def insert_many(
    session: Session,
    table: sa.Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    returning: str,
    key: Sequence[str] = (),
) -> list[Any]:
    """Insert rows of the same columns, in their order, but those whose `key` is there already.

    Returns a column of those inserted. On PostgreSQL many rows are sent as one JSON value: each
    value a parameter of its own takes the driver a third of all the time that an import has.
    """
    kind = session.get_bind().dialect.name
    as_json = kind == "postgresql" and len(rows) > _FEW
    made = (kind, as_json, table.name, returning, tuple(key), tuple(rows[0]))
    if made not in _inserts:
        given = _from_json(table, rows[0]) if as_json else None
        insert = dialect_insert(session, table)
        insert = insert if given is None else insert.from_select(list(rows[0]), given)
        insert = insert.on_conflict_do_nothing(index_elements=key) if key else insert
        _inserts[made] = insert.returning(table.c[returning])
    values = {"rows": _as_json(rows)} if as_json else list(rows)
    return list(session.scalars(_inserts[made], values))


def _from_json(table: sa.Table, names: Iterable[str]) -> sa.Select[Any]:
    """A SELECT of the rows that stand in the parameter `rows`."""
    columns = [sa.column(name, table.c[name].type) for name in names]
    rows = sa.func.json_to_recordset(sa.cast(sa.bindparam("rows", type_=sa.Text), sa.JSON))
    given = rows.table_valued(*columns).render_derived(name="given", with_types=True)
    return sa.select(*given.c)


def _as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"), default=_json_value)


def _json_value(value: Any) -> str:
    """What PostgreSQL reads as bytes or as a time; naive times are refused as by `UtcDateTime`."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.isoformat()
    raise ValueError(f"no value of a row: {type(value).__name__}")


def next_numbers(session: Session, name: str, count: int = 1) -> list[int]:
    """The next `count` values of the sequence `name`; gaps are possible, repeats are not.

    PostgreSQL has a real sequence; SQLite, with its single writer, a row in `numbers`.
    """
    if session.get_bind().dialect.name == "postgresql":
        wanted = {"name": name, "count": count}
        return list(session.execute(_NEXT_VALUES, wanted).scalars())
    last = session.execute(_COUNT_ON, {"name": name, "count": count}).scalar_one()
    return list(range(last - count + 1, last + 1))


def dialect_insert(session: Session, table: sa.Table) -> Any:
    """INSERT of the session's dialect, which knows ON CONFLICT."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
