"""What the broker must hold: the exchange, a service's queue and its bindings."""

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import kombu
from kombu.exceptions import ChannelError

from shared.bus import EXCHANGE, BusUnavailable

NOT_FOUND = 404
# The broker gives a stopped worker's queue to its stand-by after two to three heartbeats.
HEARTBEAT_SECONDS = 10
_ANSWER_SECONDS = 30
_CONNECT_SECONDS = 10
# Keepalive finds a peer that vanished without a word after 10 + 3 * 5 seconds.
TCP_OPTIONS = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}
# 3.10 takes -1 for zero and kills every message; a high limit works in every version.
QUEUE_ARGUMENTS = {
    "x-queue-type": "quorum",
    "x-single-active-consumer": True,
    "x-delivery-limit": 1_000_000,
}


@contextmanager
def connected(url: str, *, heartbeat: int = HEARTBEAT_SECONDS) -> Iterator:
    """An open AMQP connection whose every read and write has a time limit.

    Raises BusUnavailable when it cannot be opened. An error inside drops the connection without
    a goodbye: a broker that hangs would never answer it.
    """
    client = kombu.Connection(
        url,
        heartbeat=heartbeat,
        connect_timeout=_CONNECT_SECONDS,
        transport_options={
            "socket_settings": {getattr(socket, k): v for k, v in TCP_OPTIONS.items()}
        },
    )
    try:
        # kombu's own connect() sleeps two seconds and tries again; back-off is the caller's.
        link = client.transport.establish_connection()
    except client.recoverable_connection_errors as error:
        raise BusUnavailable(f"no connection to RabbitMQ: {error!r}") from error
    try:
        link.sock.settimeout(_ANSWER_SECONDS)
        yield link
        with suppress(*client.recoverable_connection_errors):
            link.close()
    finally:
        link.collect()


def declare_topology(url: str, *, queue: str, bindings: Iterable[str]) -> None:
    """Declare exchange, queue and one binding a routing key; running it again changes nothing.

    An exchange that is there is only looked at, which needs no right to configure it.

    Bindings that are no longer wanted stay: an older version may still need them.
    Raises BusUnavailable when the broker does not answer, and the broker's own error when the
    queue exists with other arguments.
    """
    with connected(url) as link:
        try:
            link.channel().exchange_declare(EXCHANGE, "topic", passive=True)
        except ChannelError as error:
            if error.code != NOT_FOUND:
                raise
            link.channel().exchange_declare(EXCHANGE, "topic", durable=True, auto_delete=False)
        channel = link.channel()
        channel.queue_declare(queue, durable=True, auto_delete=False, arguments=QUEUE_ARGUMENTS)
        for routing_key in sorted(set(bindings)):
            channel.queue_bind(queue, EXCHANGE, routing_key)


def queue_depth(url: str, queue: str) -> int:
    """Messages that wait in the queue for a consumer; unacknowledged ones are not counted."""
    with connected(url) as link:
        return link.channel().queue_declare(queue, passive=True).message_count


def purge_queue(url: str, queue: str) -> int:
    """Throw away what waits in an existing queue; returns how many messages that were."""
    with connected(url) as link:
        return link.channel().queue_purge(queue)
