"""Hearing: raw bodies from a queue into a store, acknowledged only when the store has them.

    AMQP thread: deliver -> buffer --(100 messages or 50 ms)--> store thread: INSERT, COMMIT
                 ack(multiple) <---------- done ---------------------'

The store works in a thread of its own, so heartbeats go on however long the database takes.
Nothing is parsed here and nothing is requeued: while the store fails, channel and buffer stay as
they are, and the broker holds the rest back once the prefetch is used up.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any

from shared.bus import BusUnavailable
from shared.rabbitmq.backoff import Backoff
from shared.rabbitmq.topology import HEARTBEAT_SECONDS, connected

log = logging.getLogger(__name__)

Store = Callable[[list[bytes]], None]

_PREFETCH = 500
_IDLE_SECONDS = 0.25
_STORING_SECONDS = 0.005
_GOODBYE_SECONDS = 20.0


class RabbitReceiver:
    """A Receiver over RabbitMQ: at least once, in the queue's order, whatever the bodies hold.

    `store(bodies)` gets at most `batch` raw bodies in order, commits them and returns, or raises to
    be called again with the same ones (0.2 to 30 s later). It runs in one thread, never twice at
    once, and must take a body that it has seen before: after a lost connection messages come again.
    """

    def __init__(  # noqa: PLR0913
        self,
        url: str,
        queue: str,
        store: Store,
        *,
        batch: int = 100,
        wait: float = 0.05,
        heartbeat: int = HEARTBEAT_SECONDS,
    ) -> None:
        self._url = url
        self._heartbeat = heartbeat
        self._queue = queue
        self._batch = batch
        self._wait = wait
        self._store = _StoreThread(store)
        self.connected = False
        """Whether it hears its queue now."""

    def run(self, stop: threading.Event) -> None:
        """Receive until `stop` is set; then store and acknowledge what has arrived, and return."""
        backoff = Backoff()
        try:
            while not stop.is_set():
                try:
                    self._consume(stop, backoff)
                except BusUnavailable as error:
                    log.warning("cannot receive", extra={"reason": str(error)})
                except Exception:
                    log.warning("receiving was interrupted", exc_info=True)
                self.connected = False
                self._store.settle(stop)
                stop.wait(0 if stop.is_set() else backoff.delay())
        finally:
            self._store.close()

    def _consume(self, stop: threading.Event, backoff: Backoff) -> None:
        with connected(self._url, heartbeat=self._heartbeat) as link:
            intake = _Intake(link.channel(), self._store, batch=self._batch, wait=self._wait)
            intake.open(self._queue)
            log.info("receiving", extra={"queue": self._queue})
            self.connected = True
            pulse = _Pulse(link, self._heartbeat)
            while not stop.is_set():
                pulse.beat()
                _drain(link, intake.patience())
                if intake.advance():
                    backoff.reset()
            intake.cancel()
            deadline = time.monotonic() + _GOODBYE_SECONDS
            while intake.unsettled() and not intake.failing and time.monotonic() < deadline:
                pulse.beat()
                _drain(link, _STORING_SECONDS)
                intake.advance(hurry=True)


def _drain(link: Any, timeout: float) -> None:
    """Take one message or wait for `timeout` seconds."""
    try:
        link.drain_events(timeout=timeout)
    except TimeoutError:
        return


class _Pulse:
    """Sends heartbeats and raises when the broker's have stopped."""

    def __init__(self, link: Any, heartbeat: int) -> None:
        self._link = link
        self._every = heartbeat / 8
        self._next = 0.0

    def beat(self) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + self._every
            self._link.heartbeat_tick(rate=4)


class _Intake:
    """One channel's deliveries: buffered, handed to the store in order, acknowledged in order."""

    def __init__(self, channel: Any, store: "_StoreThread", *, batch: int, wait: float) -> None:
        self._channel = channel
        self._store = store
        self._batch = batch
        self._wait = wait
        self._buffer: list[tuple[int, bytes]] = []
        self._since = 0.0
        self._storing: Future | None = None
        self._taken = 0
        self._retry_at = 0.0
        self._backoff = Backoff()
        self._consumer_tag = ""

    def open(self, queue: str) -> None:
        channel = self._channel
        # A body is bytes whatever its headers claim: kombu's own Consumer would decode it.
        channel.auto_decode = False
        channel.basic_qos(0, max(_PREFETCH, 5 * self._batch), False)
        self._consumer_tag = channel.basic_consume(queue, callback=self._on_message)

    def cancel(self) -> None:
        # A broker whose queue hangs sends heartbeats but no answer: never wait for one here.
        self._channel.basic_cancel(self._consumer_tag, nowait=True)

    def _on_message(self, message: Any) -> None:
        if not self._buffer:
            self._since = time.monotonic()
        body = message.body
        body = body.encode("utf-8", "surrogateescape") if isinstance(body, str) else bytes(body)
        self._buffer.append((message.delivery_tag, body))

    def unsettled(self) -> bool:
        return bool(self._buffer)

    @property
    def failing(self) -> bool:
        """Whether the store's last call failed; whoever comes next gets these messages again."""
        return self._retry_at > 0

    def patience(self) -> float:
        """Seconds that the loop may wait for the next message."""
        if self._storing is not None:
            return _STORING_SECONDS
        if not self._buffer:
            return _IDLE_SECONDS
        now = time.monotonic()
        due = max(self._since + self._wait, self._retry_at)
        return min(max(due - now, 0.001), _IDLE_SECONDS)

    def advance(self, *, hurry: bool = False) -> bool:
        """Acknowledge what is stored, hand over what is due; True when something was acked."""
        acked = self._settle()
        if self._storing is None and self._buffer and self._due(hurry):
            self._taken = min(len(self._buffer), self._batch)
            bodies = [body for _tag, body in self._buffer[: self._taken]]
            self._storing = self._store.submit(bodies)
        return acked

    def _due(self, hurry: bool) -> bool:
        now = time.monotonic()
        if now < self._retry_at:
            return False
        return hurry or len(self._buffer) >= self._batch or now >= self._since + self._wait

    def _settle(self) -> bool:
        if self._storing is None or not self._storing.done():
            return False
        error, self._storing = self._storing.exception(), None
        if error is not None:
            delay = self._backoff.delay()
            self._retry_at = time.monotonic() + delay
            log.warning("the store failed; keeping %d messages", len(self._buffer), exc_info=error)
            return False
        self._backoff.reset()
        self._retry_at = 0.0
        last_tag = self._buffer[self._taken - 1][0]
        del self._buffer[: self._taken]
        self._since = time.monotonic()
        self._channel.basic_ack(last_tag, multiple=True)
        return True


class _StoreThread:
    """Runs the store, call after call, in a daemon thread: a hung database cannot pin the exit."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._jobs: SimpleQueue[tuple[Future, list[bytes]] | None] = SimpleQueue()
        self._last: Future | None = None
        self._thread: threading.Thread | None = None

    def submit(self, bodies: list[bytes]) -> Future:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="receiver-store", daemon=True)
            self._thread.start()
        self._last = Future()
        self._jobs.put((self._last, bodies))
        return self._last

    def settle(self, stop: threading.Event) -> None:
        """Wait until the running call has ended, so that redelivered messages come after it."""
        while self._last is not None and not self._last.done() and not stop.is_set():
            stop.wait(_STORING_SECONDS)

    def close(self) -> None:
        self._jobs.put(None)
        if self._thread is not None:
            self._thread.join(_IDLE_SECONDS)
        self._thread = None

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            future, bodies = job
            try:
                self._store(bodies)
            except Exception as error:
                future.set_exception(error)
            else:
                future.set_result(None)
