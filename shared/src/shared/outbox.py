"""The outbox: every event is written in the transaction that caused it, then relayed to the bus.

    use case -> emit() -> [commit: versions bumped, rows inserted] -> relay -> bus -> published_at

The outbox is the service's event log and is kept. A row that the bus returned (nobody hears its
type) stays pending unless its type is declared optional.
"""

import datetime as dt
import json
import logging
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import marshmallow as ma
import sqlalchemy as sa

from shared import contracts, trace
from shared.bus import BusUnavailable, Message, Outcome, Publisher, inbox_queue
from shared.clock import Clock
from shared.db import Database, Session, dialect_insert, dumps, insert_many
from shared.ground import Ground
from shared.log import correlation_id
from shared.metrics import Metrics

log = logging.getLogger(__name__)

_LOOK_AHEAD = 4
_HELD_MOST = dt.timedelta(seconds=60)


@dataclass(frozen=True)
class _Emitted:
    event_type: contracts.EventType
    subject: str
    data: Mapping[str, Any]
    time: dt.datetime
    historical: bool
    correlation: str | None
    causation: str | None
    traceparent: str | None


def emit(
    session: Session,
    event_type: contracts.EventType,
    *,
    subject: str,
    data: Mapping[str, Any],
    time: dt.datetime,
    historical: bool = False,
    cause: contracts.Event | None = None,
) -> None:
    """Say that something happened to `subject` at `time`; sent if and only if this commits.

    `data` is checked against the type's schema now; ValidationError is a fault of the caller, and
    so is ValueError for a retired type. A batch handler names the `cause` among its events; else
    it is the event being handled, if any.
    """
    if event_type.retired:
        raise ValueError(f"{event_type.name} is retired: its successor alone tells the fact")
    wire_data = event_type.dump(data)
    if wrong := event_type.loaded.validate(wire_data):
        raise ma.ValidationError({event_type.name: wrong})
    cause = cause or session.info.get("event")
    session.info.setdefault("emitted", []).append(
        _Emitted(
            event_type,
            subject,
            wire_data,
            time,
            historical,
            cause.correlation_id if cause else correlation_id.get(),
            cause.id if cause else None,
            cause.traceparent if cause else trace.current.get(),
        )
    )


_WRITTEN_WITHIN = (dt.timedelta(minutes=1), dt.timedelta(minutes=10))


def blank(
    session: Session,
    outbox: sa.Table,
    *,
    type_: str,
    data: Mapping[str, Any],
    written: Sequence[tuple[str, dt.datetime | None]],
) -> None:
    """Put `data` in place of what events of a type say of subjects, in the log itself.

    For what must be forgotten: a relay and a replay that come later send what is left. `written`
    says about when each subject's events were; the whole log is searched where nobody knows.
    """
    before, after = _WRITTEN_WITHIN
    sought = sa.select(outbox.c.seq, outbox.c.created_at, outbox.c.envelope).where(
        outbox.c.type == type_
    )
    known = {(subject, at) for subject, at in written if at is not None}
    unknown = [subject for subject, at in written if at is None]
    rows: list[Any] = []
    for subject, at in known:
        about = outbox.c.created_at.between(at - before, at + after)
        rows += session.execute(sought.where(outbox.c.subject == subject, about)).all()
    if unknown:
        rows += session.execute(sought.where(outbox.c.subject.in_(unknown))).all()
    for row in rows:
        envelope = json.loads(row.envelope)
        envelope["data"] |= data
        session.execute(
            sa.update(outbox)
            .where(outbox.c.seq == row.seq, outbox.c.created_at == row.created_at)
            .values(envelope=dumps(envelope))
        )


class Outbox:
    """Writes what was emitted; one per service."""

    def __init__(self, ground: Ground, clock: Clock) -> None:
        self.ground = ground
        self.clock = clock
        self._bumping: Any = None

    def flush(self, session: Session) -> None:
        """Lock the subjects in id order, bump their versions, insert the rows."""
        emitted: list[_Emitted] = session.info.pop("emitted", [])
        if not emitted:
            return
        last = self._bump(session, emitted)
        now = self.clock.now()
        rows = []
        for one in emitted:
            last[one.subject] += 1
            rows.append(self._row(one, last[one.subject], now))
        insert_many(session, self.ground.outbox, rows, returning="event_id")

    def _bump(self, session: Session, emitted: Sequence[_Emitted]) -> dict[str, int]:
        """The version of each subject before this transaction's events."""
        counts: dict[str, int] = {}
        for one in emitted:
            counts[one.subject] = counts.get(one.subject, 0) + 1
        rows = [{"subject": s, "version": n} for s, n in sorted(counts.items())]
        if self._bumping is None:
            self._bumping = _bumping(session, self.ground.subject_versions)
        bumped = session.execute(self._bumping, rows)
        return {s: version - counts[s] for s, version in bumped}

    def _row(self, one: _Emitted, version: int, now: dt.datetime) -> dict[str, Any]:
        event_id = str(uuid.uuid4())
        body = contracts.envelope(
            event_id=event_id,
            source=one.event_type.source,
            type_=one.event_type.name,
            subject=one.subject,
            subject_version=version,
            time=one.time,
            recorded_time=now,
            historical=one.historical,
            correlation_id=one.correlation or event_id,
            causation_id=one.causation,
            traceparent=one.traceparent,
            data=one.data,
        )
        return {
            "event_id": event_id,
            "type": one.event_type.name,
            "subject": one.subject,
            "subject_version": version,
            "envelope": dumps(body),
            "created_at": now,
        }


def _bumping(session: Session, versions: sa.Table) -> Any:
    """The statement that adds to the versions of subjects, new ones among them."""
    insert = dialect_insert(session, versions)
    return insert.on_conflict_do_update(
        index_elements=["subject"],
        set_={"version": versions.c.version + insert.excluded.version},
    ).returning(versions.c.subject, versions.c.version)


class Relay:
    """Moves pending rows to the bus: one relay at a time per service, fenced by the database."""

    def __init__(
        self,
        *,
        db: Database,
        ground: Ground,
        events: contracts.Events,
        publisher: Publisher,
        clock: Clock,
        metrics: Metrics,
        batch: int,
        tracer: trace.Tracer = trace.OFF,
    ) -> None:
        self.db = db
        self.tracer = tracer
        self.outbox = ground.outbox
        self.events = events
        self.publisher = publisher
        self.clock = clock
        self.metrics = metrics
        self.batch = batch

    def run_once(self) -> int:
        """Relay one batch; returns how many rows left. Raises BusUnavailable, database errors."""
        with self.db.relaying("relay") as session:
            if session is None:
                return 0
            rows = self._pending(session)
            if not rows:
                return 0
            began_ns = time.time_ns()
            outcomes = self.publisher.publish([self._message(row) for row in rows])
            if self.tracer.on:
                self._trace(rows, outcomes, began_ns)
            with self.db.settle(session) as writing:
                return self._settle(writing, rows, outcomes)

    def _pending(self, session: Session) -> Sequence[Any]:
        """The oldest pending rows, at most one per subject, so that a subject stays in order.

        A row that the bus did not confirm holds its subject until it goes again; one that nobody
        hears holds nothing.
        """
        table, now = self.outbox, self.clock.now()
        failed = table.alias("failed")
        holding = sa.select(failed.c.subject).where(
            failed.c.published_at.is_(None),
            failed.c.next_attempt_at > now,
            failed.c.last_error != Outcome.RETURNED.value,
        )
        oldest = session.execute(
            sa.select(table.c.seq, table.c.subject)
            .where(
                table.c.published_at.is_(None),
                sa.or_(table.c.next_attempt_at.is_(None), table.c.next_attempt_at <= now),
                table.c.subject.not_in(holding),
            )
            .order_by(table.c.seq)
            .limit(self.batch * _LOOK_AHEAD)
        ).all()
        first: dict[str, int] = {}
        for row in oldest:
            first.setdefault(row.subject, row.seq)
        chosen = list(first.values())[: self.batch]
        if not chosen:
            return []
        return session.execute(
            sa.select(
                table.c.seq, table.c.event_id, table.c.type, table.c.envelope, table.c.attempts
            )
            .where(table.c.seq.in_(chosen), table.c.published_at.is_(None))
            .order_by(table.c.seq)
        ).all()

    def _message(self, row: sa.Row[Any]) -> Message:
        return Message(row.event_id, row.type, self.events.service, row.envelope.encode())

    def _settle(self, session: Session, rows: Sequence[Any], outcomes: Sequence[Outcome]) -> int:
        table, now = self.outbox, self.clock.now()
        sent = []
        for row, outcome in zip(rows, outcomes, strict=True):
            self.metrics.published(row.type, outcome)
            unheard = outcome is Outcome.RETURNED and self._is_optional(row.type)
            if outcome is Outcome.ACKED or unheard:
                sent.append(row.seq)
                continue
            session.execute(
                sa.update(table)
                .where(table.c.seq == row.seq)
                .values(
                    attempts=row.attempts + 1,
                    next_attempt_at=now + _held(row.attempts),
                    last_error=str(outcome),
                )
            )
        if unsure := outcomes.count(Outcome.UNKNOWN):
            log.warning("the bus did not say what became of events", extra={"events": unsure})
        if sent:
            session.execute(sa.update(table).where(table.c.seq.in_(sent)).values(published_at=now))
        return len(sent)

    def _trace(self, rows: Sequence[Any], outcomes: Sequence[Outcome], began_ns: int) -> None:
        """A span for each event of a batch, under the work that the event was made in."""
        for row, outcome in zip(rows, outcomes, strict=True):
            made_in = json.loads(row.envelope)["traceparent"]
            self.tracer.end(
                f"send {row.type}",
                "producer",
                self.tracer.begin(made_in),
                parent=made_in,
                began_ns=began_ns,
                attributes=contracts.span_attributes("send", row.type, row.event_id)
                | {"minsheng.outcome": str(outcome)},
                failed=outcome is not Outcome.ACKED,
            )

    def _is_optional(self, type_: str) -> bool:
        return type_ in self.events and self.events[type_].optional


def _held(attempts: int) -> dt.timedelta:
    return min(dt.timedelta(seconds=0.2 * 2 ** min(attempts, 12)), _HELD_MOST)


class Replays:
    """Feeds a reader's inbox from this service's log, in batches that survive a restart."""

    def __init__(
        self, *, db: Database, ground: Ground, source: str, publisher: Publisher, clock: Clock
    ) -> None:
        self.db = db
        self.ground = ground
        self.source = source
        self.publisher = publisher
        self.clock = clock

    @staticmethod
    def ask(
        session: Session,
        *,
        ground: Ground,
        replay_id: str,
        reader: str,
        types: Sequence[str],
        since: dt.datetime | None,
        now: dt.datetime,
    ) -> None:
        """Write down that `reader` wants these types again, from `since` on (None = all)."""
        outbox, replays = ground.outbox, ground.replays
        last = session.scalar(sa.select(sa.func.coalesce(sa.func.max(outbox.c.seq), 0)))
        known = session.scalar(sa.select(replays.c.reader).where(replays.c.replay_id == replay_id))
        if known is None:
            session.execute(
                sa.insert(replays).values(
                    replay_id=replay_id,
                    reader=reader,
                    types=",".join(types),
                    since=since,
                    after_seq=0,
                    until_seq=last,
                    asked_at=now,
                )
            )

    def run_once(self, *, batch: int = 500) -> int:
        """Send one batch of the oldest replay whose reader has a queue; returns how many went."""
        replays = self.ground.replays
        with self.db.relaying("replays") as session:
            if session is None:
                return 0
            waiting = session.execute(
                sa.select(replays)
                .where(replays.c.done_at.is_(None))
                .order_by(replays.c.asked_at, replays.c.replay_id)
            ).all()
            for asked in waiting:
                rows = self._rows(session, asked, batch)
                if rows and not self._send(asked.reader, rows):
                    continue
                with self.db.settle(session) as writing:
                    writing.execute(
                        sa.update(replays)
                        .where(replays.c.replay_id == asked.replay_id)
                        .values(
                            after_seq=rows[-1].seq if rows else asked.after_seq,
                            done_at=self.clock.now() if len(rows) < batch else None,
                        )
                    )
                return len(rows)
            return 0

    def _rows(self, session: Session, asked: sa.Row[Any], batch: int) -> Sequence[Any]:
        table = self.ground.outbox
        wanted = [
            table.c.seq > asked.after_seq,
            table.c.seq <= asked.until_seq,
            table.c.type.in_(asked.types.split(",")),
        ]
        if asked.since is not None:
            wanted.append(table.c.created_at >= asked.since)
        return session.execute(
            sa.select(table.c.seq, table.c.event_id, table.c.type, table.c.envelope)
            .where(*wanted)
            .order_by(table.c.seq)
            .limit(batch)
        ).all()

    def _send(self, reader: str, rows: Sequence[Any]) -> bool:
        """Whether the reader's queue has them all; False where it is not declared (yet)."""
        messages = [Message(r.event_id, r.type, self.source, r.envelope.encode()) for r in rows]
        outcomes = set(self.publisher.publish(messages, queue=inbox_queue(reader)))
        if outcomes == {Outcome.RETURNED}:
            log.warning("a replay waits for its reader's queue", extra={"reader": reader})
            return False
        if outcomes != {Outcome.ACKED}:
            raise BusUnavailable(f"replay to {reader}: not all of {len(rows)} confirmed")
        return True
