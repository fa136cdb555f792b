"""Publishing with confirms that belong to one message each.

    caller's thread                      publisher's thread (pika SelectConnection)
    publish(messages) --- batch -------> window of at most 1,000 unconfirmed messages ---> broker
          waits       <-- all settled -- ack / nack by delivery tag, return by message id <---

kombu's `confirm_publish` takes any ack for the awaited one; here a late confirm can only settle the
message that it belongs to, even when the caller has long given up on it.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import pika
from pika.channel import Channel
from pika.exceptions import AMQPChannelError, AMQPConnectionError

from shared.bus import EXCHANGE, BusUnavailable, Message, Outcome
from shared.rabbitmq.backoff import Backoff
from shared.rabbitmq.topology import HEARTBEAT_SECONDS, TCP_OPTIONS

log = logging.getLogger(__name__)

WINDOW = 1_000
_SENT_AT_ONCE = 200
_FIRST_CONNECTION_SECONDS = 5.0
_CLOSE_SECONDS = 5.0
_STUCK_SECONDS = 60.0


class _Batch:
    """The messages of one publish call and what became of them."""

    def __init__(self, messages: Sequence[Message], queue: str | None) -> None:
        self.messages = messages
        self.queue = queue
        self.outcomes: list[Outcome | None] = [None] * len(messages)
        self.sent = 0
        self.settled = threading.Event()
        self.given_up = False
        self._open = len(messages)

    def settle(self, index: int, outcome: Outcome) -> None:
        self.outcomes[index] = outcome
        self._open -= 1
        if not self._open:
            self.settled.set()


class _InFlight:
    """One message that the broker has not confirmed yet."""

    __slots__ = ("batch", "event_id", "index", "returned", "since")

    def __init__(self, batch: _Batch, index: int) -> None:
        self.batch = batch
        self.index = index
        self.event_id = batch.messages[index].event_id
        self.returned = False
        self.since = time.monotonic()


class _Link:
    """One open channel and its own delivery tags; everything here runs in the loop's thread."""

    def __init__(
        self, connection: pika.SelectConnection, channel: Channel, confirmed: Callable[[], None]
    ) -> None:
        self.connection = connection
        self.channel = channel
        self.waiting: deque[_Batch] = deque()
        self._confirmed = confirmed
        self._blocked = False
        self._scheduled = False
        self._tag = 0
        self._in_flight: dict[int, _InFlight] = {}
        self._by_id: dict[str, list[_InFlight]] = {}
        connection.add_on_connection_blocked_callback(self._on_blocked)
        connection.add_on_connection_unblocked_callback(self._on_unblocked)
        channel.add_on_return_callback(self._on_return)

    def wake(self) -> None:
        """Ask the loop's thread to send what waits; the only method for other threads."""
        self.connection.ioloop.add_callback_threadsafe(self.pump)

    def pump(self) -> None:
        """Send waiting messages as far as the window allows, a few at a time so acks get read."""
        self._drop_if_stuck()
        room = min(WINDOW - len(self._in_flight), _SENT_AT_ONCE)
        while self.waiting and room > 0 and not self._blocked and self.channel.is_open:
            batch = self.waiting[0]
            if batch.given_up or batch.sent == len(batch.messages):
                self.waiting.popleft()
                continue
            self._send(batch)
            room -= 1
        if self.waiting and not room and len(self._in_flight) < WINDOW and not self._scheduled:
            self._scheduled = True
            self.connection.ioloop.call_later(0, self._pump_again)

    def _pump_again(self) -> None:
        self._scheduled = False
        self.pump()

    def _send(self, batch: _Batch) -> None:
        index = batch.sent
        message = batch.messages[index]
        batch.sent += 1
        properties = pika.BasicProperties(
            message_id=message.event_id,
            delivery_mode=2,
            content_type="application/cloudevents+json",
            type=message.type,
        )
        exchange, key = (
            (EXCHANGE, message.routing_key) if batch.queue is None else ("", batch.queue)
        )
        try:
            self.channel.basic_publish(exchange, key, message.body, properties, mandatory=True)
        except (AMQPConnectionError, AMQPChannelError):
            log.warning("the channel closed while sending", exc_info=True)
            batch.settle(index, Outcome.UNKNOWN)
            return
        except Exception:
            log.exception("a message cannot be written as AMQP", extra={"type": message.type})
            batch.settle(index, Outcome.NACKED)
            return
        self._tag += 1
        entry = _InFlight(batch, index)
        self._in_flight[self._tag] = entry
        self._by_id.setdefault(entry.event_id, []).append(entry)

    def _drop_if_stuck(self) -> None:
        """A full window that nobody waits for and that nobody confirms needs a new connection."""
        if self._blocked or len(self._in_flight) < WINDOW or not self.connection.is_open:
            return
        oldest = next(iter(self._in_flight.values()))
        if oldest.batch.given_up and time.monotonic() - oldest.since > _STUCK_SECONDS:
            log.warning("the broker confirms nothing; connecting anew")
            self.connection.close()

    def on_confirm(self, frame: pika.frame.Method) -> None:
        method = frame.method
        acked = isinstance(method, pika.spec.Basic.Ack)
        for tag in self._tags(method.delivery_tag, method.multiple):
            entry = self._in_flight.pop(tag)
            self._forget_id(entry)
            # A returned message is acked too, right after its return.
            good = Outcome.RETURNED if entry.returned else Outcome.ACKED
            entry.batch.settle(entry.index, good if acked else Outcome.NACKED)
        self._confirmed()
        if self.waiting:
            self.pump()

    def _tags(self, tag: int, multiple: bool) -> list[int]:
        if not multiple:
            return [tag] if tag in self._in_flight else []
        tags = []
        for sent in self._in_flight:
            if tag and sent > tag:
                break
            tags.append(sent)
        return tags

    def _forget_id(self, entry: _InFlight) -> None:
        same = self._by_id[entry.event_id]
        same.remove(entry)
        if not same:
            del self._by_id[entry.event_id]

    def _on_return(
        self, _channel: Channel, _method: Any, properties: pika.BasicProperties, _body: bytes
    ) -> None:
        # The same event may be in flight twice; better send one again than believe a lost one.
        for entry in self._by_id.get(properties.message_id, ()):
            entry.returned = True

    def _on_blocked(self, _connection: Any, _frame: Any) -> None:
        log.warning("the broker takes no messages (connection.blocked)")
        self._blocked = True

    def _on_unblocked(self, _connection: Any, _frame: Any) -> None:
        log.info("the broker takes messages again")
        self._blocked = False
        self.pump()

    def lose(self) -> None:
        """The channel is gone: nobody will ever know what became of the open messages."""
        batches = {id(entry.batch): entry.batch for entry in self._in_flight.values()}
        batches |= {id(batch): batch for batch in self.waiting}
        self._in_flight.clear()
        self._by_id.clear()
        self.waiting.clear()
        for batch in batches.values():
            batch.settled.set()


class RabbitPublisher:
    """A Publisher over RabbitMQ: durable, mandatory, confirmed, and back by itself after a loss.

    Create it after forking; `publish` may be called from any thread, also from several.
    """

    def __init__(self, url: str) -> None:
        self._parameters = pika.URLParameters(url)
        self._parameters.heartbeat = HEARTBEAT_SECONDS
        self._parameters.tcp_options = TCP_OPTIONS
        self._parameters.connection_attempts = 1
        self._lock = threading.Lock()
        self._link: _Link | None = None
        self._connection: pika.SelectConnection | None = None
        self._tried = threading.Event()
        self._closing = threading.Event()
        self._backoff = Backoff()
        self._thread = threading.Thread(target=self._run, name="rabbit-publisher", daemon=True)
        self._thread.start()

    @property
    def connected(self) -> bool:
        """Whether messages would be sent now."""
        return self._link is not None

    def publish(
        self, messages: Sequence[Message], *, queue: str | None = None, timeout: float = 20.0
    ) -> list[Outcome]:
        """Send all messages pipelined and tell each one's outcome, in order.

        UNKNOWN is a message that the broker did not settle within `timeout` seconds or before the
        connection was lost: it may have arrived. Raises BusUnavailable when there is no connection;
        only the very first attempt to connect is waited for.
        """
        deadline = time.monotonic() + timeout
        self._tried.wait(min(timeout, _FIRST_CONNECTION_SECONDS))
        batch = _Batch(list(messages), queue)
        with self._lock:
            if self._link is None:
                raise BusUnavailable("no connection to RabbitMQ")
            if not batch.messages:
                return []
            self._link.waiting.append(batch)
            self._link.wake()
        batch.settled.wait(max(0.0, deadline - time.monotonic()))
        batch.given_up = True
        return [outcome or Outcome.UNKNOWN for outcome in batch.outcomes]

    def close(self) -> None:
        """Close the connection and end the thread; waiting publish calls get UNKNOWN."""
        self._closing.set()
        with self._lock:
            connection = self._connection
            if connection is not None:
                connection.ioloop.add_callback_threadsafe(lambda: _close(connection))
        self._thread.join(_CLOSE_SECONDS)
        with self._lock:
            if self._connection is not None:
                self._connection.ioloop.add_callback_threadsafe(self._connection.ioloop.stop)
        self._thread.join(_CLOSE_SECONDS)

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._connect_and_serve()
            except Exception:
                log.exception("the publisher's connection failed")
            finally:
                self._disconnected()
            self._closing.wait(self._backoff.delay())

    def _connect_and_serve(self) -> None:
        connection = pika.SelectConnection(
            self._parameters,
            on_open_callback=self._on_open,
            on_open_error_callback=self._on_gone,
            on_close_callback=self._on_gone,
        )
        with self._lock:
            self._connection = connection
        if not self._closing.is_set():
            connection.ioloop.start()

    def _disconnected(self) -> None:
        with self._lock:
            link, self._link = self._link, None
            connection, self._connection = self._connection, None
            self._tried.set()
        if link is not None:
            link.lose()
        if connection is not None:
            connection.ioloop.close()

    def _on_open(self, connection: pika.SelectConnection) -> None:
        connection.channel(on_open_callback=self._on_channel)

    def _on_channel(self, channel: Channel) -> None:
        channel.add_on_close_callback(self._on_channel_closed)
        link = _Link(channel.connection, channel, confirmed=self._backoff.reset)
        channel.confirm_delivery(link.on_confirm, callback=lambda _frame: self._ready(link))

    def _ready(self, link: _Link) -> None:
        with self._lock:
            self._link = link
            self._tried.set()
        log.info("connected to RabbitMQ for publishing")

    def _on_channel_closed(self, channel: Channel, reason: Exception) -> None:
        if channel.connection.is_open:
            log.warning("the publishing channel was closed", extra={"reason": str(reason)})
            channel.connection.close()

    def _on_gone(self, connection: pika.SelectConnection, reason: Exception) -> None:
        if not self._closing.is_set():
            log.warning("no connection to RabbitMQ", extra={"reason": repr(reason)})
        connection.ioloop.stop()


def _close(connection: pika.SelectConnection) -> None:
    if connection.is_closed or connection.is_closing:
        connection.ioloop.stop()
    else:
        connection.close()
