"""The inbox: what arrived, once each, and the processor that runs it through the handlers.

    bus -> store() [one commit] -> ack
    processor: pending -> handler + emitted rows + done [one commit]

A row that cannot be read is dead at once; a database that is away counts against nobody; any other
failure backs off, holds only its own subject, and ends dead, visible and open to reprocess.
"""

import datetime as dt
import hashlib
import itertools
import logging
import time
from collections.abc import Sequence
from typing import Any

import marshmallow as ma
import sqlalchemy as sa

from shared import trace
from shared.clock import Clock
from shared.contracts import (
    Event,
    Subscription,
    Subscriptions,
    Undecodable,
    event_from,
    kept_envelope,
    parse_envelope,
    span_attributes,
)
from shared.db import Database, Session, insert_missing, is_infrastructure
from shared.ground import DEAD, DONE, PENDING, UNKNOWN, Ground
from shared.log import correlation_id, describe
from shared.metrics import Metrics

log = logging.getLogger(__name__)

_UNREAD = "unreadable"
_LONGEST_KEPT = 1_000_000


class Inbox:
    """Stores what arrives; safe to give the same body any number of times."""

    def __init__(
        self, *, db: Database, ground: Ground, subscriptions: Subscriptions, clock: Clock
    ) -> None:
        self.db = db
        self.table = ground.inbox
        self.subscriptions = subscriptions
        self.clock = clock

    def store(self, bodies: Sequence[bytes]) -> None:
        """Keep the bodies in one commit; raises only when the database is away."""
        rows = [self._row(body) for body in bodies]
        rows.sort(key=lambda row: row["status"] != PENDING)
        with self.db.write() as session:
            insert_missing(session, self.table, rows, key=["event_id"])

    def wake_unknown(self) -> int:
        """Make rows pending whose type this version knows and an older one did not."""
        table = self.table
        with self.db.write() as session:
            woken = 0
            for row in self.subscriptions.rows:
                done = session.execute(
                    sa.update(table)
                    .where(
                        table.c.status == UNKNOWN,
                        table.c.source == row.from_,
                        table.c.type.in_(row.types),
                    )
                    .values(status=PENDING)
                )
                woken += done.rowcount  # type: ignore[attr-defined]
            return woken

    def _row(self, body: bytes) -> dict[str, Any]:
        row: dict[str, Any] = {
            "received_at": self.clock.now(),
            "envelope": body.decode("utf-8", "backslashreplace").replace("\0", "\\x00"),
            "last_error": None,
        }
        try:
            known = parse_envelope(body)
        except Undecodable as error:
            return row | {
                "event_id": hashlib.sha256(body).hexdigest(),
                "source": _UNREAD,
                "type": _UNREAD,
                "subject": _UNREAD,
                "subject_version": 0,
                "status": DEAD,
                "envelope": row["envelope"][:_LONGEST_KEPT],
                "last_error": str(error),
            }
        source = known["source"].removeprefix("/")
        heard = self.subscriptions.find(source, known["type"]) is not None
        return row | {
            "event_id": known["id"],
            "source": source,
            "type": known["type"],
            "subject": known["subject"],
            "subject_version": known["subjectversion"],
            "status": PENDING if heard else UNKNOWN,
        }


class Processor:
    """Runs pending rows through the handlers, one processor at a time per service."""

    def __init__(
        self,
        *,
        db: Database,
        ground: Ground,
        subscriptions: Subscriptions,
        clock: Clock,
        metrics: Metrics,
        batch: int,
        attempts: int,
        backoff: dt.timedelta,
        backoff_most: dt.timedelta,
        resources: Any = None,
        tracer: trace.Tracer = trace.OFF,
    ) -> None:
        self.db = db
        self.tracer = tracer
        self.table = ground.inbox
        self.subscriptions = subscriptions
        self.clock = clock
        self.metrics = metrics
        self.batch = batch
        self.attempts = attempts
        self.backoff = backoff
        self.backoff_most = backoff_most
        self.resources = resources

    def run_once(self) -> int:
        """Handle one batch; returns how many rows were settled. Raises only database errors."""
        try:
            with self.db.fenced("processor") as session:
                if session is None:
                    return 0
                rows = self._pending(session, self.batch)
                if rows:
                    self._handle(session, rows)
                return len(rows)
        except Exception as error:
            if is_infrastructure(error):
                raise
            log.info("batch failed, rerunning singly", extra={"cause": describe(error)})
        return self._singly()

    def _singly(self) -> int:
        with self.db.read() as session:
            seqs = [row.seq for row in self._pending(session, self.batch)]
        return sum(self._one(seq) for seq in seqs)

    def _one(self, seq: int) -> int:
        try:
            with self.db.fenced("processor") as session:
                if session is None:
                    return 0
                rows = self._pending(session, 1, seq)
                if rows:
                    self._handle(session, rows)
                return len(rows)
        except Exception as error:
            if is_infrastructure(error):
                raise
            self._failed(seq, error)
            return 1

    def _pending(
        self, session: Session, limit: int, seq: int | None = None
    ) -> Sequence[sa.Row[Any]]:
        """Pending rows in arrival order, none behind a row of its subject that is backing off."""
        table, now = self.table, self.clock.now()
        earlier = table.alias("earlier")
        held = sa.exists().where(
            earlier.c.status == PENDING,
            earlier.c.source == table.c.source,
            earlier.c.subject == table.c.subject,
            earlier.c.seq < table.c.seq,
            earlier.c.next_attempt_at > now,
        )
        statement = (
            sa.select(table)
            .where(
                table.c.status == PENDING,
                sa.or_(table.c.next_attempt_at.is_(None), table.c.next_attempt_at <= now),
                ~held,
            )
            .order_by(table.c.seq)
            .limit(limit)
        )
        if seq is not None:
            statement = statement.where(table.c.seq == seq)
        return session.execute(statement).all()

    def _handle(self, session: Session, rows: Sequence[sa.Row[Any]]) -> None:
        """Run the rows' handlers and mark them done, all in the session's transaction."""
        for subscription, run in _runs([(self._subscription(row), row) for row in rows]):
            events = [self._event(subscription, row) for row in run]
            self._call(subscription, events, session)
        session.execute(
            sa.update(self.table)
            .where(self.table.c.seq.in_([row.seq for row in rows]))
            .values(status=DONE, last_error=None, next_attempt_at=None)
        )
        for row in rows:
            self.metrics.handled(row.type, DONE)

    def _subscription(self, row: sa.Row[Any]) -> Subscription:
        found = self.subscriptions.find(row.source, row.type)
        if found is None:
            raise Undecodable(f"{row.source}.{row.type} is not heard here")
        return found

    def _event(self, subscription: Subscription, row: sa.Row[Any]) -> Event:
        return event_from(kept_envelope(row.envelope), subscription.schema)

    def _call(self, subscription: Subscription, events: Sequence[Event], session: Session) -> None:
        first = events[0]
        session.info["event"] = first
        token = correlation_id.set(first.correlation_id)
        began_ns = time.time_ns()
        try:
            with trace.under(first.traceparent), self.metrics.handler(first.type):
                argument: Any = list(events) if subscription.batch else first
                more = {"resources": self.resources} if subscription.wants_resources else {}
                subscription.handler(argument, session=session, clock=self.clock, **more)
        except Exception:
            # A batch runs again event by event, and each then has a span that tells the truth.
            if self.tracer.on and len(events) == 1:
                self._trace(events, began_ns, failed=True)
            raise
        finally:
            correlation_id.reset(token)
        if self.tracer.on:
            self._trace(events, began_ns, failed=False)

    def _trace(self, events: Sequence[Event], began_ns: int, *, failed: bool) -> None:
        """A span for each event, all as long as the call that handled them together."""
        for event in events:
            if event.traceparent is not None:
                self.tracer.end(
                    f"process {event.type}",
                    "consumer",
                    event.traceparent,
                    parent=event.made_in,
                    began_ns=began_ns,
                    attributes=span_attributes("process", event.type, event.id),
                    failed=failed,
                )

    def _failed(self, seq: int, error: Exception) -> None:
        """Write a failure down: dead at once if unreadable, else backing off to a last attempt."""
        table = self.table
        with self.db.write() as session:
            row = session.execute(sa.select(table).where(table.c.seq == seq)).one()
            attempts = row.attempts + 1
            unreadable = isinstance(error, ma.ValidationError | Undecodable)
            dead = unreadable or attempts >= self.attempts
            wait = min(self.backoff * 2 ** (attempts - 1), self.backoff_most)
            session.execute(
                sa.update(table)
                .where(table.c.seq == seq)
                .values(
                    status=DEAD if dead else PENDING,
                    attempts=attempts,
                    next_attempt_at=None if dead else self.clock.now() + wait,
                    last_error=_why(error),
                )
            )
        self.metrics.handled(row.type, DEAD if dead else "failed")
        log.log(
            logging.ERROR if dead else logging.WARNING,
            "event is dead" if dead else "handler failed, will try again",
            extra={"event_id": row.event_id, "type": row.type, "attempts": attempts},
            exc_info=error,
        )


def _runs(
    heard: Sequence[tuple[Subscription, sa.Row[Any]]],
) -> list[tuple[Subscription, list[sa.Row[Any]]]]:
    """Rows gathered by batch handler, each subject's still in order; all others one by one.

    Without it, the events of two services arriving in turn would make every batch a batch of one.
    """
    runs: list[tuple[Subscription, list[sa.Row[Any]]]] = []
    latest: dict[int, int] = {}
    reached: dict[tuple[str, str], int] = {}
    for subscription, row in heard:
        subject = (row.source, row.subject)
        at = latest.get(id(subscription), -1) if subscription.batch else -1
        if at < reached.get(subject, 0):
            at = len(runs)
            runs.append((subscription, []))
        latest[id(subscription)] = reached[subject] = at
        runs[at][1].append(row)
    return runs


def _why(error: Exception) -> str:
    if isinstance(error, ma.ValidationError):
        return f"not what the reader needs: {sorted(error.normalized_messages())}"
    return describe(error)


def reprocess(session: Session, ground: Ground, *, seq: int | None = None) -> int:
    """Make dead rows pending again, in version order per subject; one row if `seq` is given.

    Bodies that are no envelope stay dead: nothing can read them. Returns how many were revived.
    """
    table = ground.inbox
    dead = sa.and_(table.c.status == DEAD, table.c.source != _UNREAD)
    if seq is not None:
        dead = sa.and_(dead, table.c.seq == seq)
    _in_version_order(session, table, dead)
    revived = session.execute(
        sa.update(table).where(dead).values(status=PENDING, attempts=0, next_attempt_at=None)
    )
    return int(revived.rowcount)  # type: ignore[attr-defined]


def _in_version_order(session: Session, table: sa.Table, dead: sa.ColumnElement[bool]) -> None:
    """Give each subject's dead rows their numbers anew, the lowest to the oldest version."""
    columns = (table.c.source, table.c.subject, table.c.subject_version, table.c.seq)
    rows = session.execute(sa.select(*columns).where(dead).order_by(*columns)).all()
    moves = []
    for _, group in itertools.groupby(rows, key=lambda row: (row.source, row.subject)):
        by_version = [row.seq for row in group]
        pairs = zip(by_version, sorted(by_version), strict=True)
        moves += [{"old": old, "aside": -new, "new": new} for old, new in pairs if old != new]
    if moves:
        here = table.c.seq == sa.bindparam("old")
        moved = sa.update(table).where(here).values(seq=sa.bindparam("aside"))
        session.connection().execute(moved, moves)
        back = sa.update(table).where(table.c.seq < 0).values(seq=-table.c.seq)
        session.execute(back)


def discard_unreadable(session: Session, ground: Ground, *, seq: int) -> int:
    """Remove the body of a row that is no envelope, once an operator has looked at it."""
    table = ground.inbox
    gone = session.execute(
        sa.update(table)
        .where(table.c.seq == seq, table.c.status == DEAD, table.c.source == _UNREAD)
        .values(status=DONE, envelope=None)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]
