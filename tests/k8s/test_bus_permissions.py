"""Who may say and hear what: RabbitMQ's permissions are those of the subscriptions, and they hold.

The second half runs on a real broker, in a virtual host of its own, with one user a service that
has exactly what the manifests give.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

import pika
import pytest
from kombu.exceptions import ChannelError
from pika.exceptions import ChannelClosedByBroker

from k8s.check import ENVIRONMENTS
from k8s.rendered import TALKING, of_kind
from local.servers import PrivateRabbit
from shared.bus import EXCHANGE, Message, Outcome, inbox_queue
from shared.rabbitmq import RabbitPublisher, declare_topology
from shared.rabbitmq.topology import queue_depth

TEXT = "intake.petition.text.v1"

each_service = pytest.mark.parametrize("name", TALKING)
each_environment = pytest.mark.parametrize("environment", ENVIRONMENTS)


def pattern(*names: str) -> str:
    """The regular expression that these names match and no others, as the manifests write it."""
    return f"^({'|'.join(name.replace('.', '[.]') for name in names)})$"


@each_environment
@each_service
def test_a_service_may_bind_what_its_subscriptions_hear_and_no_more(environment, name) -> None:
    topic = of_kind(environment, "TopicPermission")[name]["spec"]
    assert topic["userReference"] == {"name": name}
    assert topic["permissions"] == {
        "exchange": EXCHANGE,
        "write": f"^{name}[.]",
        "read": pattern(*TALKING[name].subscriptions.bindings()),
    }


@each_environment
@each_service
def test_a_service_may_configure_and_read_its_own_queue_alone(environment, name) -> None:
    permission = of_kind(environment, "Permission")[name]["spec"]
    queue = inbox_queue(name).replace(".", "[.]")
    assert permission["userReference"] == {"name": name}
    assert permission["permissions"] == {
        "configure": f"^{queue}$",
        "write": f"^(amq[.]default|{EXCHANGE}|{queue})$",
        "read": f"^({EXCHANGE}|{queue})$",
    }


@each_environment
def test_every_service_that_talks_has_a_user_and_nobody_else_has(environment) -> None:
    for kind in ("User", "Permission", "TopicPermission"):
        assert set(of_kind(environment, kind)) == set(TALKING)
    vhosts = {p["spec"]["vhost"] for p in of_kind(environment, "Permission").values()}
    assert vhosts == {thing["spec"]["name"] for thing in of_kind(environment, "Vhost").values()}


def test_what_is_for_some_alone_is_heard_by_those_alone() -> None:
    heard = {
        (row.from_, type_, reader)
        for reader, service in TALKING.items()
        for row in service.subscriptions.rows
        for type_ in row.types
    }
    for source, type_, reader in heard:
        assert TALKING[source].events[type_].may_go_to(reader), f"{reader} hears {type_}"
    assert {reader for _, type_, reader in heard if type_ == "petition.text.v1"} == {"routing"}


@dataclass(frozen=True)
class Broker:
    """A virtual host as the operators would set it up from the manifests."""

    server: PrivateRabbit
    vhost: str
    urls: dict[str, str]

    def give(self, name: str, rights: dict[str, str]) -> None:
        """Let a user do this much in the virtual host."""
        of_three = (rights["configure"], rights["write"], rights["read"])
        self.server.control("set_permissions", "-p", self.vhost, name, *of_three)

    def declare(self, name: str) -> None:
        """What the service's init container `topology` does, as the service's own user."""
        bindings = TALKING[name].subscriptions.bindings()
        declare_topology(self.urls[name], queue=inbox_queue(name), bindings=bindings)


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with PrivateRabbit() as server:
        yield set_up(server)


def set_up(server: PrivateRabbit) -> Broker:
    """Create virtual host, exchange and users with the manifests' permissions, to the letter."""
    [vhost] = [thing["spec"]["name"] for thing in of_kind("prod", "Vhost").values()]
    broker = Broker(server, vhost, {})
    server.control("add_vhost", vhost)
    admin = urlsplit(server.url)
    broker.give(str(admin.username), {"configure": ".*", "write": ".*", "read": ".*"})
    url = admin._replace(path=f"/{vhost}").geturl()
    for name, exchange in of_kind("prod", "Exchange").items():
        with closing(pika.BlockingConnection(pika.URLParameters(url))) as connection:
            spec = exchange["spec"]
            connection.channel().exchange_declare(name, spec["type"], durable=spec["durable"])
    for name, permission in of_kind("prod", "Permission").items():
        password = secrets.token_hex(16)
        server.control("add_user", name, password)
        broker.give(name, permission["spec"]["permissions"])
        topic = of_kind("prod", "TopicPermission")[name]["spec"]["permissions"]
        of_topic = (topic["exchange"], topic["write"], topic["read"])
        server.control("set_topic_permissions", "-p", vhost, name, *of_topic)
        broker.urls[name] = f"amqp://{name}:{password}@127.0.0.1:{server.port}/{vhost}"
    for name in TALKING:
        broker.declare(name)
    return broker


def message(source: str, type_: str) -> Message:
    return Message(secrets.token_hex(8), type_, source, b"{}")


def refused(url: str, do: Callable[[pika.channel.Channel], object]) -> bool:
    """Whether the broker closes the channel on this, because the user may not do it (403)."""
    with closing(pika.BlockingConnection(pika.URLParameters(url))) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        try:
            do(channel)
        except ChannelClosedByBroker as closed:
            return closed.reply_code == 403
        return False


@pytest.mark.servers
@each_service
def test_a_service_declares_its_topology_as_its_own_user_again_and_again(broker, name) -> None:
    broker.declare(name)
    broker.declare(name)


@pytest.mark.servers
@each_service
def test_a_service_publishes_each_of_its_events_as_its_own_user(broker, name) -> None:
    types = [event_type.name for event_type in TALKING[name].events]
    with closing(RabbitPublisher(broker.urls[name])) as publisher:
        outcomes = publisher.publish([message(name, type_) for type_ in types])
    heard = {
        type_ for s in TALKING.values() for type_ in types if s.subscriptions.find(name, type_)
    }
    expected = [Outcome.ACKED if t in heard else Outcome.RETURNED for t in types]
    assert outcomes == expected


@pytest.mark.servers
def test_a_service_replays_to_anothers_queue_by_its_name(broker) -> None:
    queue = inbox_queue("supervision")
    before = queue_depth(broker.urls["supervision"], queue)
    with closing(RabbitPublisher(broker.urls["routing"])) as publisher:
        sent = publisher.publish([message("routing", "case.opened.v1")] * 3, queue=queue)
    assert sent == [Outcome.ACKED] * 3
    assert queue_depth(broker.urls["supervision"], queue) == before + 3


@pytest.mark.servers
def test_the_words_of_a_petition_reach_routing_alone(broker) -> None:
    before = {name: queue_depth(broker.urls[name], inbox_queue(name)) for name in TALKING}
    with closing(RabbitPublisher(broker.urls["intake"])) as publisher:
        assert publisher.publish([message("intake", "petition.text.v1")]) == [Outcome.ACKED]
    after = {name: queue_depth(broker.urls[name], inbox_queue(name)) for name in TALKING}
    assert {name for name in TALKING if after[name] != before[name]} == {"routing"}


@pytest.mark.servers
@pytest.mark.parametrize("key", [TEXT, "intake.#", "#", "intake.petition.*.v1"])
@pytest.mark.parametrize("name", [name for name in TALKING if name not in ("routing", "intake")])
def test_nobody_but_routing_binds_the_words_of_a_petition(broker, name, key) -> None:
    queue = inbox_queue(name)
    assert refused(broker.urls[name], lambda channel: channel.queue_bind(queue, EXCHANGE, key))


@pytest.mark.servers
def test_a_topology_that_hears_too_much_does_not_start(broker) -> None:
    with pytest.raises(ChannelError, match="403"):
        declare_topology(broker.urls["supervision"], queue="supervision.inbox", bindings=[TEXT])


FORBIDDEN: dict[str, Callable[[pika.channel.Channel], object]] = {
    "speak as routing": lambda c: c.basic_publish(EXCHANGE, "routing.case.opened.v1", b"{}"),
    "read another's queue": lambda c: c.basic_get("routing.inbox"),
    "purge another's queue": lambda c: c.queue_purge("routing.inbox"),
    "delete another's queue": lambda c: c.queue_delete("routing.inbox"),
    "bind another's queue": lambda c: c.queue_bind(
        "routing.inbox", EXCHANGE, "intake.petition.registered.v1"
    ),
    "declare a queue of another name": lambda c: c.queue_declare("supervision.inbox.2"),
    "delete the exchange": lambda c: c.exchange_delete(EXCHANGE),
    "declare an exchange": lambda c: c.exchange_declare("supervision.inbox.x", "fanout"),
    "publish past the exchange `events`": lambda c: c.basic_publish("amq.topic", "x", b"{}"),
    "listen to all by an exchange of its own": lambda c: c.exchange_bind(
        "supervision.inbox", EXCHANGE, "#"
    ),
}


@pytest.mark.servers
@pytest.mark.parametrize("act", FORBIDDEN)
def test_supervision_may_not(broker, act) -> None:
    assert refused(broker.urls["supervision"], FORBIDDEN[act])


@pytest.mark.servers
def test_routing_may_what_is_forbidden_to_supervision(broker) -> None:
    """The refusals above are refusals of supervision, not of the request."""
    for act in ("speak as routing", "read another's queue", "bind another's queue"):
        assert not refused(broker.urls["routing"], FORBIDDEN[act])


@pytest.mark.servers
@pytest.mark.parametrize("instead", ["", "supervision[.]inbox|"], ids=["without", "by queue"])
def test_a_replay_needs_the_right_to_the_default_exchange(broker, instead) -> None:
    """There is no narrower one: a right to the reader's queue alone does not let a replay in."""
    replay = lambda channel: channel.basic_publish("", "supervision.inbox", b"{}")  # noqa: E731
    assert not refused(broker.urls["satisfaction"], replay)
    given = of_kind("prod", "Permission")["satisfaction"]["spec"]["permissions"]
    narrower = given | {"write": given["write"].replace("amq[.]default|", instead)}
    broker.give("satisfaction", narrower)
    try:
        assert refused(broker.urls["satisfaction"], replay)
    finally:
        broker.give("satisfaction", given)
