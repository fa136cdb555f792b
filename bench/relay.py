"""relay: a full outbox to the readers' quorum queues, every row confirmed and marked as sent.

Beside it the same bodies to the same exchange by pika alone, pipelined with confirms.
"""

import json
import time
from collections.abc import Iterator, Sequence

import pika
import psycopg

from bench.events import PETITION, lives
from bench.place import Place, connect, until
from bench.table import Row
from shared.bus import EXCHANGE, Message

FLOOR, SHARE_AIMED_AT = 1_500, 0.5
_SUBJECTS = 10_000
_WINDOW = 1_000


def measure(place: Place) -> Iterator[Row]:
    """Half the messages for the limit before, half after: the broker grows slower as it fills."""
    said = [m for life in lives(place.count(_SUBJECTS), PETITION) for m in life]
    with place.stack("relay", "intake", "routing", "supervision") as stack:
        for name in ("routing.worker", "supervision.worker"):
            stack.terminate(name)
        url = stack.env["BUS_URL"]
        with connect(stack, "intake") as database:
            before = publish_raw(url, said[: len(said) // 2])
            figure = _relayed(database, said)
            after = publish_raw(url, said[len(said) // 2 :])
        limit = (before + after) / 2
        place.say(f"relay: {figure:.0f}/s; pika alone {before:.0f}/s before, {after:.0f}/s after")
        yield Row(
            "relay, outbox to quorum queues",
            figure,
            "/s",
            limit,
            "pika alone, pipelined",
            FLOOR,
            SHARE_AIMED_AT * limit,
        )


def _relayed(database: psycopg.Connection, said: Sequence[Message]) -> float:
    """Rows a second from their commit until the running worker has marked the last as sent."""
    with database.transaction(), database.cursor() as cursor:
        columns = "event_id, type, subject, subject_version, envelope, created_at"
        with cursor.copy(f"COPY outbox ({columns}) FROM STDIN") as copy:
            for message in said:
                body = message.body.decode()
                envelope = json.loads(body)
                subject, version = envelope["subject"], envelope["subjectversion"]
                copy.write_row((message.event_id, message.type, subject, version, body, "now"))
    began = time.monotonic()
    waiting = "SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NULL)"
    until(
        lambda: not database.execute(waiting).fetchone()[0],
        "the outbox is relayed",
        within=300,
    )
    return len(said) / (time.monotonic() - began)


class _Raw:
    """Publishes with a window of unconfirmed messages and stops when all are confirmed."""

    def __init__(self, url: str, messages: Sequence[Message], queue: str | None) -> None:
        self.messages = messages
        self.queue = queue
        self.sent = self.confirmed = 0
        self.began = self.ended = 0.0
        self.connection = pika.SelectConnection(
            pika.URLParameters(url),
            on_open_callback=lambda connection: connection.channel(on_open_callback=self._opened),
        )

    def run(self) -> float:
        """Messages a second."""
        self.connection.ioloop.start()
        return len(self.messages) / (self.ended - self.began)

    def _opened(self, channel: pika.channel.Channel) -> None:
        self.channel = channel
        channel.confirm_delivery(self._on_confirm, callback=lambda _: self._start())

    def _start(self) -> None:
        self.began = time.monotonic()
        self._send()

    def _send(self) -> None:
        properties = pika.BasicProperties(delivery_mode=2)
        exchange = EXCHANGE if self.queue is None else ""
        while self.sent < len(self.messages) and self.sent - self.confirmed < _WINDOW:
            message = self.messages[self.sent]
            key = self.queue or message.routing_key
            self.channel.basic_publish(exchange, key, message.body, properties)
            self.sent += 1

    def _on_confirm(self, frame: pika.frame.Method) -> None:
        method = frame.method
        if not isinstance(method, pika.spec.Basic.Ack):
            raise RuntimeError("the broker refused a message")
        self.confirmed = method.delivery_tag if method.multiple else self.confirmed + 1
        if self.confirmed < len(self.messages):
            self._send()
            return
        self.ended = time.monotonic()
        self.connection.close()
        self.connection.ioloop.stop()


def publish_raw(url: str, messages: Sequence[Message], *, queue: str | None = None) -> float:
    """Messages a second by pika alone: persistent, confirmed, to the exchange or one queue."""
    return _Raw(url, messages, queue).run()
