"""process: events from supervision's queue, received, handled and committed on PostgreSQL.

Beside it kombu alone, which takes the same bodies from a queue of the same kind and acknowledges.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing

import kombu

from bench.events import lives
from bench.place import Place, connect, until
from bench.relay import publish_raw
from bench.table import Row
from shared.bus import Message, inbox_queue
from shared.rabbitmq.topology import QUEUE_ARGUMENTS

FLOOR, AIM = 300, 1_500
_LIVES = 2_500
_PREFETCH = 500
_RAW_QUEUE = "bench.raw"


def measure(place: Place) -> Iterator[Row]:
    """Whole lives, eight events each, waiting in the queue when the worker starts."""
    said = [message for life in lives(place.count(_LIVES)) for message in life]
    with place.stack("process", "supervision") as stack:
        stack.terminate("supervision.worker")
        url = stack.env["BUS_URL"]
        limit = _consume_raw(url, said)
        publish_raw(url, said, queue=inbox_queue("supervision"))
        with connect(stack, "supervision") as database:
            stack.launch("supervision.worker")
            handled = "SELECT count(*) FILTER (WHERE status = 'done') FROM inbox"
            until(
                lambda: database.execute(handled).fetchone()[0] >= len(said),
                "all events are processed",
                within=300,
                poll=0.1,
            )
            ended = time.time()
            first = "SELECT extract(epoch FROM min(received_at)) FROM inbox"
            began = float(database.execute(first).fetchone()[0])
            kept = database.execute("SELECT count(*) FROM entries").fetchone()[0]
        place.say(f"process: {len(said)} events, {kept} timeline entries, kombu {limit:.0f}/s")
        yield Row(
            "process, queue to supervision's tables",
            len(said) / (ended - began),
            "/s",
            limit,
            "kombu alone, consume and ack",
            FLOOR,
            AIM,
        )


def _consume_raw(url: str, said: Sequence[Message]) -> float:
    """Messages a second that kombu takes and acknowledges one by one."""
    queue = kombu.Queue(_RAW_QUEUE, durable=True, queue_arguments=QUEUE_ARGUMENTS)
    with kombu.Connection(url) as connection, closing(connection.channel()) as channel:
        queue(channel).declare()
        publish_raw(url, said, queue=_RAW_QUEUE)
        taken = 0

        def take(message: kombu.Message) -> None:
            nonlocal taken
            message.ack()
            taken += 1

        channel.basic_qos(0, _PREFETCH, False)
        began = time.monotonic()
        with kombu.Consumer(channel, [queue], on_message=take, accept=None):
            while taken < len(said):
                try:
                    connection.drain_events(timeout=10)
                except TimeoutError as error:
                    raise RuntimeError(f"only {taken} of {len(said)} arrived") from error
        seconds = time.monotonic() - began
        queue(channel).delete()
        return len(said) / seconds
