"""RabbitPublisher, RabbitReceiver and the topology, on a real broker."""

import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pika
import pytest

from shared.bus import BusUnavailable, Message, Outcome
from shared.rabbitmq import RabbitPublisher, RabbitReceiver, declare_topology, queue_depth

pytestmark = pytest.mark.servers

KIND = "petition.registered.v1"


def eventually(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until the condition holds; fails when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the awaited condition never came true"
        time.sleep(0.02)


class Route:
    """A queue of the test's own, bound to one event type of a source of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.source = f"s{uuid.uuid4().hex[:10]}"
        self.queue = f"{self.source}.inbox"

    def declare(self) -> None:
        declare_topology(self.url, queue=self.queue, bindings=[f"{self.source}.{KIND}"])

    def messages(self, count: int, kind: str = KIND) -> list[Message]:
        ids = [str(uuid.uuid4()) for _ in range(count)]
        return [Message(one, kind, self.source, one.encode()) for one in ids]

    def depth(self) -> int:
        return queue_depth(self.url, self.queue)

    @contextmanager
    def channel(self) -> Iterator:
        with closing(pika.BlockingConnection(pika.URLParameters(self.url))) as connection:
            yield connection.channel()


@pytest.fixture
def route(rabbit_url: str) -> Iterator[Route]:
    route = Route(rabbit_url)
    route.declare()
    yield route
    with route.channel() as channel:
        channel.queue_delete(route.queue)


@pytest.fixture
def publisher(rabbit_url: str) -> Iterator[RabbitPublisher]:
    with closing(RabbitPublisher(rabbit_url)) as publisher:
        yield publisher


class Inbox:
    """A store that remembers; it fails as long as it is told to."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.failing = threading.Event()
        self.failures = 0

    def __call__(self, bodies: list[bytes]) -> None:
        if self.failing.is_set():
            self.failures += 1
            raise ConnectionError("the database is away")
        self.bodies += bodies

    def texts(self) -> list[str]:
        return [body.decode() for body in self.bodies]


@contextmanager
def receiving(route: Route, store: Callable, **settings) -> Iterator[threading.Thread]:
    stop = threading.Event()
    receiver = RabbitReceiver(route.url, route.queue, store, **settings)
    thread = threading.Thread(target=receiver.run, args=[stop], daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(60)
        assert not thread.is_alive()


def arrived(route: Route, wanted: list[Message]) -> Counter:
    """What the queue held, counted, once everything wanted has come out of it."""
    inbox = Inbox()
    ids = {message.event_id for message in wanted}
    with receiving(route, inbox):
        eventually(lambda: ids <= set(inbox.texts()) and route.depth() == 0)
    return Counter(inbox.texts())


def test_ten_thousand_messages_are_acked_and_arrive_in_order(route, publisher):
    messages = route.messages(10_000)
    assert publisher.publish(messages, timeout=60) == [Outcome.ACKED] * 10_000
    inbox = Inbox()
    with receiving(route, inbox):
        eventually(lambda: len(inbox.bodies) >= len(messages))
    assert inbox.texts() == [message.event_id for message in messages]
    assert route.depth() == 0


def test_a_message_without_a_reader_is_returned(route, publisher):
    assert publisher.publish(route.messages(3, "case.unheard.v1")) == [Outcome.RETURNED] * 3


def test_each_outcome_stands_at_its_own_message(route, publisher):
    heard, unheard = route.messages(900), route.messages(900, "case.unheard.v1")
    mixed = [message for pair in zip(heard, unheard, strict=True) for message in pair]
    assert publisher.publish(mixed) == [Outcome.ACKED, Outcome.RETURNED] * 900
    assert arrived(route, heard) == Counter(message.event_id for message in heard)


def test_calls_from_several_threads_do_not_mix(route, publisher):
    outcomes: dict[str, list[Outcome]] = {}

    def call(kind: str) -> None:
        outcomes[kind] = publisher.publish(route.messages(1_500, kind))

    threads = [threading.Thread(target=call, args=[kind]) for kind in (KIND, "case.unheard.v1")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(outcomes[KIND]) == {Outcome.ACKED}
    assert set(outcomes["case.unheard.v1"]) == {Outcome.RETURNED}


def test_nothing_to_publish_is_no_outcome(publisher):
    assert publisher.publish([]) == []


def test_a_replay_goes_straight_to_one_queue(route, publisher):
    messages = route.messages(5, "case.unheard.v1")
    assert publisher.publish(messages, queue=route.queue) == [Outcome.ACKED] * 5
    assert publisher.publish(messages, queue="no.such.queue") == [Outcome.RETURNED] * 5
    assert arrived(route, messages) == Counter(message.event_id for message in messages)


def test_a_message_that_amqp_cannot_carry_does_not_harm_its_neighbours(route, publisher):
    good, bad = route.messages(2), route.messages(1, "x" * 300)
    outcomes = publisher.publish([good[0], *bad, good[1]])
    assert outcomes == [Outcome.ACKED, Outcome.NACKED, Outcome.ACKED]


def test_messages_are_durable_and_carry_their_id(route, publisher):
    [message] = route.messages(1)
    publisher.publish([message])
    with route.channel() as channel:
        _, properties, _ = next(channel.consume(route.queue))
    assert (properties.message_id, properties.delivery_mode) == (message.event_id, 2)
    assert properties.content_type == "application/cloudevents+json"


def test_without_a_broker_publishing_raises_and_closing_returns():
    publisher = RabbitPublisher("amqp://u:p@127.0.0.1:1/%2F")
    with closing(publisher), pytest.raises(BusUnavailable):
        publisher.publish([Message("1", KIND, "intake", b"{}")])
    with pytest.raises(BusUnavailable):
        publisher.publish([Message("1", KIND, "intake", b"{}")])


def test_a_late_confirm_settles_no_later_message(private_rabbit):
    route = Route(private_rabbit.url)
    route.declare()
    with closing(RabbitPublisher(route.url)) as publisher:
        assert publisher.publish(route.messages(1)) == [Outcome.ACKED]
        late = route.messages(8)
        private_rabbit.pause()
        try:
            assert publisher.publish(late, timeout=0.5) == [Outcome.UNKNOWN] * 8
        finally:
            private_rabbit.resume()
        unheard = publisher.publish(route.messages(8, "case.unheard.v1"))
        assert unheard == [Outcome.RETURNED] * 8
    assert arrived(route, late).total() == 9


def test_a_broker_that_takes_nothing_does_not_hold_the_caller(private_rabbit):
    route = Route(private_rabbit.url)
    route.declare()
    with closing(RabbitPublisher(route.url)) as publisher:
        publisher.publish(route.messages(1))
        private_rabbit.control("set_vm_memory_high_watermark", "absolute", "1")
        try:
            held = [Outcome.UNKNOWN] * 2
            eventually(lambda: publisher.publish(route.messages(2), timeout=0.5) == held)
        finally:
            private_rabbit.control("set_vm_memory_high_watermark", "0.4")
        eventually(lambda: publisher.publish(route.messages(2), timeout=5) == [Outcome.ACKED] * 2)


def test_what_was_acked_outlives_a_killed_broker(private_rabbit):
    route = Route(private_rabbit.url)
    route.declare()
    private_rabbit.wait_written(route.queue)
    acked: list[Message] = []
    seen: Counter = Counter()
    finish = threading.Event()

    def publish_all_the_time(publisher: RabbitPublisher) -> None:
        while not finish.is_set():
            messages = route.messages(100)
            try:
                outcomes = publisher.publish(messages, timeout=5)
            except BusUnavailable:
                seen["unavailable"] += 1
                finish.wait(0.05)
                continue
            seen.update(outcomes)
            pairs = zip(messages, outcomes, strict=True)
            acked.extend(message for message, outcome in pairs if outcome is Outcome.ACKED)

    with closing(RabbitPublisher(route.url)) as publisher:
        thread = threading.Thread(target=publish_all_the_time, args=[publisher])
        thread.start()
        try:
            eventually(lambda: seen[Outcome.ACKED] > 2_000)
            private_rabbit.kill()
            eventually(lambda: seen["unavailable"] > 3)
            before = seen[Outcome.ACKED]
            private_rabbit.start()
            eventually(lambda: seen[Outcome.ACKED] > before + 2_000)
        finally:
            finish.set()
            thread.join(60)
    assert set(seen) <= {Outcome.ACKED, Outcome.UNKNOWN, "unavailable"}
    arrived(route, acked)


def test_a_missing_exchange_is_survived(private_rabbit):
    route = Route(private_rabbit.url)
    with closing(RabbitPublisher(route.url)) as publisher, route.channel() as channel:
        channel.exchange_delete("events")
        assert publisher.publish(route.messages(2), timeout=5) == [Outcome.UNKNOWN] * 2
        route.declare()

        def works_again() -> bool:
            try:
                return publisher.publish(route.messages(1)) == [Outcome.ACKED]
            except BusUnavailable:
                return False

        eventually(works_again)


RECEIVER_PROCESS = """
import sqlite3, sys, threading
from shared.rabbitmq import RabbitReceiver
url, queue, file = sys.argv[1:]
def store(bodies):
    with sqlite3.connect(file, timeout=30) as inbox:
        inbox.executemany("INSERT OR IGNORE INTO inbox VALUES (?)", [(b.decode(),) for b in bodies])
RabbitReceiver(url, queue, store).run(threading.Event())
"""


def test_a_receiver_killed_in_mid_stream_loses_nothing(route, publisher, tmp_path: Path):
    file = tmp_path / "inbox.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as inbox:
        inbox.execute("PRAGMA journal_mode=WAL")
        inbox.execute("CREATE TABLE inbox (id TEXT PRIMARY KEY)")

        def stored() -> int:
            return inbox.execute("SELECT count(*) FROM inbox").fetchone()[0]

        messages = route.messages(10_000)
        publisher.publish(messages, timeout=60)
        command = [sys.executable, "-c", RECEIVER_PROCESS, route.url, route.queue, str(file)]
        for least in (500, 3_000, 10_000):
            with subprocess.Popen(command) as process:
                try:
                    eventually(lambda least=least: stored() >= least)
                finally:
                    process.kill()
        kept = {row[0] for row in inbox.execute("SELECT id FROM inbox")}
    assert kept == {message.event_id for message in messages}


def test_a_failing_store_is_asked_again_and_only_stored_messages_are_acked(route, publisher):
    inbox = Inbox()
    inbox.failing.set()
    messages = route.messages(1_000)
    publisher.publish(messages)
    with receiving(route, inbox):
        eventually(lambda: inbox.failures >= 3)
    assert inbox.bodies == []
    eventually(lambda: route.depth() == 1_000)

    with receiving(route, inbox):
        eventually(lambda: inbox.failures >= 6)
        inbox.failing.clear()
        eventually(lambda: len(inbox.bodies) >= 1_000)
    assert inbox.texts() == [message.event_id for message in messages]
    assert route.depth() == 0


def test_a_lost_connection_loses_no_message(private_rabbit):
    route = Route(private_rabbit.url)
    route.declare()
    private_rabbit.wait_written(route.queue)
    inbox = Inbox()
    with closing(RabbitPublisher(route.url)) as publisher:
        first, second = route.messages(2_000), route.messages(2_000)
        publisher.publish(first)
        with receiving(route, inbox):
            eventually(lambda: len(inbox.bodies) > 300)
            private_rabbit.kill()
            private_rabbit.start()
            eventually(lambda: publisher.connected)
            assert publisher.publish(second) == [Outcome.ACKED] * 2_000
            wanted = {message.event_id for message in first + second}
            eventually(lambda: set(inbox.texts()) == wanted)
    assert route.depth() == 0


def test_an_undecodable_body_reaches_the_store_as_it_is(route):
    bodies = [b"\xff\xfe\x00{", b"", b"not json", '{"标题": "路灯"}'.encode()]
    liar = pika.BasicProperties(
        content_type="application/x-python-serialize",
        content_encoding="utf-16",
        headers={"compression": "application/x-gzip"},
    )
    with route.channel() as channel:
        for body in bodies:
            channel.basic_publish("", route.queue, body, liar)
    inbox = Inbox()
    with receiving(route, inbox):
        eventually(lambda: len(inbox.bodies) >= len(bodies))
    assert inbox.bodies == bodies
    assert route.depth() == 0


def test_heartbeats_go_on_while_the_store_takes_long(route, publisher):
    calls = []
    answer = threading.Event()

    def slow(bodies: list[bytes]) -> None:
        calls.append(bodies)
        # Four times the heartbeat: without heartbeats the broker drops us after two.
        answer.wait(4)

    publisher.publish(route.messages(10))
    with receiving(route, slow, heartbeat=1, wait=0.2):
        eventually(lambda: len(calls) == 1)
        publisher.publish(route.messages(10))
        eventually(lambda: len(calls) == 2)
        answer.set()
    assert [len(bodies) for bodies in calls] == [10, 10]
    assert route.depth() == 0


def test_stopping_stores_and_acks_what_has_arrived(route, publisher):
    def stopped_with_all_delivered() -> int:
        """How many of 50 were stored by stopping; what was still on the wire is queued again."""
        inbox = Inbox()
        publisher.publish(route.messages(50))
        with receiving(route, inbox, batch=10_000, wait=3_600):
            eventually(lambda: route.depth() == 0)
            assert inbox.bodies == []
        stored = len(inbox.bodies)
        eventually(lambda: stored + route.depth() == 50)
        with route.channel() as channel:
            channel.queue_purge(route.queue)
        return stored

    # The broker tells only that it has sent them; a busy machine may read them a moment later.
    assert any(stopped_with_all_delivered() == 50 for _ in range(5))


def test_a_second_receiver_stands_by_and_takes_over(route, publisher, caplog):
    caplog.set_level("INFO", "shared.rabbitmq")
    active, standby = Inbox(), Inbox()
    with ExitStack() as both:
        first = both.enter_context(ExitStack())
        first.enter_context(receiving(route, active))
        eventually(lambda: caplog.messages.count("receiving") == 1)
        both.enter_context(receiving(route, standby))
        eventually(lambda: caplog.messages.count("receiving") == 2)
        publisher.publish(route.messages(200))
        eventually(lambda: len(active.bodies) == 200)
        assert standby.bodies == []
        first.close()
        publisher.publish(route.messages(200))
        eventually(lambda: len(standby.bodies) == 200)
    assert len(active.bodies) == 200


def test_declaring_again_changes_nothing(route, publisher):
    publisher.publish(route.messages(1))
    route.declare()
    declare_topology(route.url, queue=route.queue, bindings=[f"{route.source}.case.opened.v1"])
    both = [*route.messages(1), *route.messages(1, "case.opened.v1")]
    assert publisher.publish(both) == [Outcome.ACKED] * 2
    assert arrived(route, both).total() == 3


def test_declaring_without_a_broker_says_so():
    with pytest.raises(BusUnavailable):
        declare_topology("amqp://u:p@127.0.0.1:1/%2F", queue="x.inbox", bindings=[])
