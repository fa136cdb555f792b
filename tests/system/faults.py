"""The faults: each does its harm while the load flows, and returns when all goes on again.

What must hold during a fault is asserted here; what must hold after it is for `checks`.
"""

import hashlib
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg
import sqlalchemy as sa

from shared.bus import Message, Outcome, inbox_queue
from shared.rabbitmq import RabbitPublisher, queue_depth
from shared.service import ALL_SERVICES
from system.load import CLOSED, Life
from system.scene import ATTEMPTS, Scene
from system.waiting import wait_until

PAUSE_S = 60.0
AWAY_S = 60.0
HANG_S = 45.0
PILED_UP = 1_000
_RECENT = 1_500
_UNSENT = 200
_BURST = 60
_BURST_LASTS_S = 0.25
_MOMENTS = random.Random(2025)

Fault = Callable[[Scene], None]


def kill_every_worker(scene: Scene) -> None:
    """SIGKILL of each worker, and of the push to the city, in turn, in a burst of events."""
    for name in (*scene.stack.names(".worker"), *scene.stack.names(".push")):
        _burst(scene, "intake" if name in ("intake.worker", "routing.worker") else "routing")
        scene.restart(name)
        scene.goes_on(f"SIGKILL of {name}")


def _burst(scene: Scene, producer: str) -> None:
    """Hold a relay back until events have gathered, let them go at once, and return meanwhile."""
    with _held_back(scene, producer, _BURST):
        pass
    time.sleep(_MOMENTS.uniform(0.0, _BURST_LASTS_S))


@contextmanager
def _held_back(scene: Scene, producer: str, count: int) -> Iterator[None]:
    """While this lasts, a producer's relay sends nothing; so many events wait when it begins."""
    db = scene.site.apps[producer].db
    outbox = scene.site.table(producer, "outbox")
    unsent = sa.select(sa.func.count()).where(outbox.c.published_at.is_(None))
    with db.write() as session:
        db.wait_for_fence(session, "relay")
        wait_until(lambda: session.scalar(unsent) >= count, f"{count} unsent events")
        yield


def kill_every_web(scene: Scene) -> None:
    """SIGKILL of each web process in turn."""
    for name in list(scene.stack.names(".web")):
        scene.restart(name)
        scene.stack.wait_ready(name)
    scene.goes_on("SIGKILL of each web process")


def pause_a_worker(scene: Scene) -> None:
    """SIGSTOP of routing's worker for a minute: its stand-by receives, handles and relays."""
    worker = "routing.worker"
    standby = scene.stack.add_standby(worker)
    _wait_logged(scene, standby, "worker started")
    ends = time.monotonic() + PAUSE_S
    with _paused(scene, worker):
        scene.load.flow(1)
        scene.goes_on("SIGSTOP, by the stand-by alone")
        time.sleep(max(0.0, ends - time.monotonic()))
    scene.goes_on("SIGCONT")
    scene.stack.terminate(standby)
    del scene.stack.commands[standby]


@contextmanager
def _paused(scene: Scene, name: str) -> Iterator[None]:
    scene.stack.pause(name)
    try:
        yield
    finally:
        scene.stack.resume(name)


def _wait_logged(scene: Scene, name: str, words: str) -> None:
    wait_until(lambda: words in scene.stack.log_tail(name), f"{name} says: {words}")


def cut_database_connections(scene: Scene) -> None:
    """Every connection of each service to its database ends, three times over."""
    for _ in range(3):
        for service in scene.stack.talking:
            cut = _terminate_backends(scene, service.package)
            assert cut, f"{service.name} had no connection to lose"
        scene.goes_on("loss of all database connections")


def _terminate_backends(scene: Scene, database: str) -> int:
    query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
    with _admin(scene, "postgres") as admin:
        return len(admin.execute(query, [database]).fetchall())


def _admin(scene: Scene, database: str) -> psycopg.Connection[Any]:
    url = sa.make_url(scene.postgres.admin_url).set(drivername="postgresql", database=database)
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


def kill_rabbitmq(scene: Scene) -> None:
    """SIGKILL of RabbitMQ in the midst of a burst of events, and its restart, twice."""
    for _ in range(2):
        _burst(scene, "routing")
        scene.rabbit.kill()
        scene.rabbit.start()
        scene.goes_on("SIGKILL of RabbitMQ")


def kill_postgresql(scene: Scene) -> None:
    """SIGKILL of PostgreSQL in the midst of a burst of events, and its restart, twice."""
    for _ in range(2):
        _burst(scene, "routing")
        scene.postgres.kill()
        scene.postgres.start()
        scene.goes_on("SIGKILL of PostgreSQL")


def rabbitmq_away(scene: Scene) -> None:
    """RabbitMQ is away for a minute: every post is answered 201 all the same, at the first try."""
    scene.rabbit.stop()
    _posts_go_on(scene, AWAY_S)
    scene.rabbit.start()
    scene.goes_on("RabbitMQ away")


def rabbitmq_hangs(scene: Scene) -> None:
    """RabbitMQ is stopped with all connections open: posts go on as if it were away."""
    scene.rabbit.pause()
    _posts_go_on(scene, HANG_S)
    scene.rabbit.resume()
    scene.goes_on("RabbitMQ hanging")


def _posts_go_on(scene: Scene, seconds: float) -> None:
    """For so long every post is answered 201, and what it told waits, visible to operators."""
    began = time.monotonic()
    time.sleep(seconds)
    tries = scene.load.tries(since=began, until=time.monotonic())
    refused = [answer for answer in tries if answer.status != httpx.codes.CREATED]
    assert not refused, f"{len(refused)} of {len(tries)} posts not answered 201: {refused[:5]}"
    assert len(tries) > seconds, f"only {len(tries)} posts in {seconds:.0f} s"
    assert scene.operators.backlog("intake")["outbox_pending"] >= len(tries)
    ready = httpx.get(scene.site.endpoints.url("intake", "/readyz"))
    assert ready.is_success, "web stays ready while the broker is away"
    scene.note(f"{len(tries)} posts answered 201 while the broker was out of reach")


def postgresql_hangs(scene: Scene) -> None:
    """PostgreSQL is stopped with all connections open; whoever waited is served or comes again."""
    scene.postgres.pause()
    time.sleep(HANG_S)
    scene.postgres.resume()
    scene.goes_on("PostgreSQL hanging")


def duplicates_shuffled(scene: Scene) -> None:
    """Events come in any order and again: a log, twice, shuffled, to every reader."""
    for producer in ("intake", "routing"):
        with _held_back(scene, producer, _UNSENT):
            _send_shuffled(scene, producer)
        scene.goes_on(f"{producer}'s events twice and in disorder")


def _send_shuffled(scene: Scene, producer: str) -> None:
    log = list(_log_of(scene, producer))
    with _publisher(scene) as publisher:
        for reader in scene.stack.talking:
            heard = [m for m in log if reader.subscriptions.find(m.source, m.type)] * 2
            random.Random(reader.name).shuffle(heard)
            _publish(publisher, heard, reader.name)
            scene.note(f"{len(heard)} events of {producer} in disorder for {reader.name}")


def _log_of(scene: Scene, service: str) -> Iterator[Message]:
    outbox = scene.site.table(service, "outbox")
    query = sa.select(outbox).order_by(outbox.c.seq.desc()).limit(_RECENT)
    with scene.site.apps[service].db.read() as session:
        for row in session.execute(query):
            yield Message(row.event_id, row.type, service, row.envelope.encode())


@contextmanager
def _publisher(scene: Scene) -> Iterator[RabbitPublisher]:
    publisher = RabbitPublisher(scene.rabbit.url)
    try:
        yield publisher
    finally:
        publisher.close()


def _publish(publisher: RabbitPublisher, messages: Sequence[Message], reader: str) -> None:
    outcomes = publisher.publish(messages, queue=inbox_queue(reader), timeout=60.0)
    assert set(outcomes) <= {Outcome.ACKED}, f"not all sent to {reader}: {set(outcomes)}"


def undecodable_bodies(scene: Scene) -> None:
    """Bodies that are no events reach every queue: each ends dead and visible, the rest goes on."""
    bodies = list(_undecodable(next(_log_of(scene, "routing"))))
    ids = {hashlib.sha256(body).hexdigest() for body in bodies}
    with _publisher(scene) as publisher:
        for service in ALL_SERVICES:
            _publish(
                publisher, [Message(str(n), "x", "x", b) for n, b in enumerate(bodies)], service
            )
    for service in ALL_SERVICES:
        wait_until(
            lambda service=service: ids <= scene.operators.dead(service).keys(),
            f"{service} shows {len(ids)} undecodable bodies as dead",
            why=lambda service=service: scene.operators.dead(service),
        )
        scene.dead.setdefault(service, set()).update(ids)
    scene.goes_on(f"{len(ids)} undecodable bodies in each queue")


def _undecodable(real: Message) -> Iterator[bytes]:
    """Bodies that are no envelope, some of them all but one attribute of a real one."""
    yield b""
    yield b"\x80 not UTF-8 \xff\x00"
    yield b'{"specversion": "1.0", "id":'
    yield b"[" * 100_000
    yield b'"an envelope is an object"'
    for name, value in (
        ("specversion", "2.0"),
        ("id", "a\0b"),
        ("id", "x" * 101),
        ("subject", "\ud800"),
        ("type", None),
        ("source", "routing"),
        ("subjectversion", 2**63),
        ("time", "2025-03-03T09:00:00"),
        ("time", "0001-01-01T00:00:00+14:00"),
        ("data", "no object"),
    ):
        yield json.dumps(json.loads(real.body) | {name: value}).encode()


def poison_event(scene: Scene) -> None:
    """A handler fails on one event for ever: it alone ends dead; reprocessed, it is gone."""
    life = scene.load.extra(CLOSED)
    _step_until(life, lambda: life.case is not None)
    assert life.case is not None
    case_id = life.case["case_id"]
    _constrain(
        scene,
        "ALTER TABLE entries ADD CONSTRAINT poison"
        f" CHECK (NOT (case_id = '{case_id}' AND type = 'case.accepted.v1')) NOT VALID",
    )
    _step_until(life, lambda: life.done)
    wait_until(lambda: _poisoned(scene), "the poison is dead")
    (poison,) = _poisoned(scene)
    assert poison["type"] == "case.accepted.v1"
    assert poison["subject"] == case_id
    assert poison["attempts"] == ATTEMPTS
    assert "poison" in poison["last_error"], poison["last_error"]
    wanted = ["opened", "classified", "assigned", "replied", "served", "moved", "closed"]
    wait_until(lambda: _entries(scene, case_id) == wanted, "its neighbours are handled")
    scene.goes_on("a poison event, which is dead alone")
    _constrain(scene, "ALTER TABLE entries DROP CONSTRAINT poison")
    assert scene.operators.reprocess("supervision", poison["seq"]) == {"revived": 1}
    wanted.insert(3, "accepted")
    wait_until(lambda: _entries(scene, case_id) == wanted, "the poison is handled at last")
    assert not _poisoned(scene)


def _step_until(life: Life, reached: Callable[[], bool]) -> None:
    wait_until(lambda: reached() or (life.step() and reached()), "the life goes on")


def _constrain(scene: Scene, statement: str) -> None:
    """Change the table between two transactions of the worker."""
    with _admin(scene, "supervision") as admin:
        admin.execute("SET lock_timeout = '20s'")
        admin.execute(statement)  # type: ignore[call-overload]


def _poisoned(scene: Scene) -> list[dict[str, Any]]:
    expected = scene.dead.get("supervision", set())
    dead = scene.operators.dead("supervision")
    return [row for event_id, row in dead.items() if event_id not in expected]


def _entries(scene: Scene, case_id: str) -> list[str]:
    return [entry["type"].split(".")[1] for entry in scene.operators.timeline(case_id)]


def consumer_down(scene: Scene) -> None:
    """A reader is down while at least a thousand events pile up for it."""
    scene.stack.kill("satisfaction.worker")
    queue = inbox_queue("satisfaction")
    wait_until(
        lambda: queue_depth(scene.rabbit.url, queue) >= PILED_UP,
        f"{PILED_UP} events pile up",
        within=300,
        poll=2.0,
        why=lambda: queue_depth(scene.rabbit.url, queue),
    )
    scene.stack.launch("satisfaction.worker")
    scene.goes_on(f"a reader was down while {PILED_UP} events piled up")


FAULTS: tuple[Fault, ...] = (
    kill_every_worker,
    kill_every_web,
    pause_a_worker,
    cut_database_connections,
    kill_rabbitmq,
    kill_postgresql,
    rabbitmq_away,
    duplicates_shuffled,
    undecodable_bodies,
    poison_event,
    consumer_down,
)
"""Those of the one stream, in its order."""

ALONE: tuple[Fault, ...] = (*FAULTS, rabbitmq_hangs, postgresql_hangs)
