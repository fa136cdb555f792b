"""A service as a value, and a running instance of it.

`SERVICE = Service(...)` in each service's service.py is the only wiring; `App` is what it becomes
in a process: settings read, database open, tokens checkable, metrics counted.
"""

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import PackageNotFoundError, entry_points, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import marshmallow as ma
import sqlalchemy as sa
from marshmallow import fields

from shared import trace
from shared.auth import Verifier
from shared.bus import Publisher
from shared.clock import Clock, SystemClock
from shared.contracts import REPLAY_REQUESTED, Event, Events, Reads, Subscriptions
from shared.db import Database, Session
from shared.ground import Ground
from shared.inbox import Inbox, Processor
from shared.keys import Keys
from shared.marks import Marker
from shared.metrics import Gauges, Instruments, Metrics
from shared.outbox import Outbox, Relay, Replays
from shared.peers import Peer
from shared.settings import Settings
from shared.web.answers import StoredAnswers
from shared.web.api import Api
from shared.web.ops import backlog

if TYPE_CHECKING:
    from flask import Flask

GROUP = "minsheng.services"
ALL_SERVICES = ("intake", "routing", "supervision", "satisfaction", "sync-municipal")


@dataclass(frozen=True)
class Job:
    """Timed work: `run(app)` every `seconds`, by one process at a time."""

    name: str
    seconds: float
    run: Callable[["App"], None]


@dataclass(frozen=True)
class Companion:
    """A tool that a local installation runs beside a service, in a process of its own.

    It prints `READY <url>`, which the service finds in the setting `url_setting`, and ends when
    its standard input does. `{var}` in an argument is the folder for data.
    """

    tool: str
    arguments: tuple[str, ...]
    url_setting: str


@dataclass(frozen=True)
class Service:
    """Everything that makes one service what it is."""

    name: str
    package: str
    doc: str
    settings: type[Settings]
    ground: Ground
    events: Events
    subscriptions: Subscriptions
    api: Api
    jobs: tuple[Job, ...] = ()
    projections: tuple[sa.Table, ...] = ()
    resources: Callable[[Any, Clock], Any] = lambda _settings, _clock: None
    gauges: Callable[[Session, dt.datetime], Gauges] = lambda _session, _now: {}
    roles: Mapping[str, Callable[["App", Any], None]] = field(default_factory=dict)
    commands: Mapping[str, Callable[["App", list[str]], None]] = field(default_factory=dict)
    """Commands of its own, which need its settings; `tools` need none."""
    tools: Mapping[str, Callable[[list[str]], None]] = field(default_factory=dict)
    companions: tuple[Companion, ...] = ()
    folders: Mapping[str, str] = field(default_factory=dict)
    """Settings that a local installation answers with the file:// URL of a folder under VAR."""
    pages: Callable[["Flask", "App"], None] | None = None
    """Adds pages for people to its web application, which a local installation serves at /."""
    after_restore: Callable[[Session, int, dt.datetime], None] = lambda _session, _passed, _now: (
        None
    )
    """What else a service must do once its database was restored; see `shared.after_restore`."""

    def __post_init__(self) -> None:
        declare_replay(self)

    @property
    def talks(self) -> bool:
        """Whether it tells or hears anything, so that it needs a queue and a worker."""
        return bool(self.subscriptions.rows or self.jobs or list(self.events))

    @property
    def version(self) -> str:
        """The version of its package, or "unknown" where it is not installed as one."""
        try:
            return version(f"minsheng-{self.name}")
        except PackageNotFoundError:
            return "unknown"

    def folder_urls(self, var: Path) -> dict[str, str]:
        """The settings `folders`, for an installation whose data are in `var`."""
        return {name: (var / folder).resolve().as_uri() for name, folder in self.folders.items()}


class ReplayRequested(ma.Schema):
    """A reader asks every producer to send it events of these types again, from `since` on."""

    to = fields.Str(required=True)
    types = fields.List(fields.Str(), required=True)
    since = fields.AwareDateTime(required=True, allow_none=True)


class ReplayWanted(Reads):
    """What a producer needs in order to replay."""

    to = fields.Str(required=True)
    types = fields.List(fields.Str(), required=True)
    since = fields.AwareDateTime(load_default=None, allow_none=True)


def declare_replay(service: Service) -> None:
    """Who tells or hears anything may ask for a replay, and hears the others ask for one."""
    if REPLAY_REQUESTED in service.events or not service.talks:
        return
    service.events.type(REPLAY_REQUESTED)(ReplayRequested)

    def replay(event: Event, *, session: Session, clock: Clock) -> None:
        """Write down which of our events the reader wants."""
        reader = event.data["to"]
        asked = [service.events[name] for name in event.data["types"] if name in service.events]
        ours = [event_type.name for event_type in asked if event_type.may_go_to(reader)]
        if ours:
            Replays.ask(
                session,
                ground=service.ground,
                replay_id=event.id,
                reader=reader,
                types=ours,
                since=event.data["since"],
                now=clock.now(),
            )

    for other in ALL_SERVICES:
        if other != service.name:
            service.subscriptions.on(REPLAY_REQUESTED, from_=other, reads=ReplayWanted)(replay)


@dataclass
class App:
    """A service in a process."""

    service: Service
    settings: Any
    clock: Clock = field(default_factory=SystemClock)
    instruments: Instruments = field(default_factory=Instruments)
    loops: list[threading.Thread] = field(default_factory=list)
    neighbours: Mapping[str, Any] = field(default_factory=dict)
    """Web applications of the services in this process (embedded mode), by name."""

    def __post_init__(self) -> None:
        self.db = Database(
            self.settings.database_url,
            service=self.service.name,
            pool_size=self.settings.web_threads,
        )
        self.outbox = Outbox(self.service.ground, self.clock)
        self.db.before_commit(self.outbox.flush)
        self.metrics = Metrics(self.instruments, self.service.name)
        self.tracer = self._tracer()
        self._peers: dict[str, Peer] = {}
        self.answers = StoredAnswers(
            self.service.ground, secret=self.settings.idempotency_secret, clock=self.clock
        )
        self.verifier = Verifier(
            keys=Keys(self.settings.token_jwks),
            issuer=self.settings.token_issuer,
            clock=self.clock,
            marker=Marker.parse(self.settings.access_keys),
        )

    @cached_property
    def resources(self) -> Any:
        """What the service made of its settings at start."""
        return self.service.resources(self.settings, self.clock)

    def peer(self, name: str, *, url: str, seconds: float) -> Peer | None:
        """Another service, at `url` or in this process; None where it is at neither."""
        wsgi = None if url else self.neighbours.get(name)
        if not url and wsgi is None:
            return None
        if name not in self._peers:
            made = Peer(name, url=url, seconds=seconds, tracer=self.tracer, wsgi=wsgi)
            self._peers.setdefault(name, made)
        return self._peers[name]

    @cached_property
    def inbox(self) -> Inbox:
        return Inbox(
            db=self.db,
            ground=self.service.ground,
            subscriptions=self.service.subscriptions,
            clock=self.clock,
        )

    @cached_property
    def processor(self) -> Processor:
        """What runs this service's inbox through its handlers."""
        s = self.settings
        return Processor(
            db=self.db,
            ground=self.service.ground,
            subscriptions=self.service.subscriptions,
            clock=self.clock,
            metrics=self.metrics,
            batch=s.process_batch,
            attempts=s.handler_attempts,
            backoff=dt.timedelta(seconds=s.handler_backoff_seconds),
            backoff_most=dt.timedelta(seconds=s.handler_backoff_most_seconds),
            resources=self.resources,
            tracer=self.tracer,
        )

    def relay(self, publisher: Publisher) -> Relay:
        """What sends this service's outbox to the bus."""
        return Relay(
            db=self.db,
            ground=self.service.ground,
            events=self.service.events,
            publisher=publisher,
            clock=self.clock,
            metrics=self.metrics,
            batch=self.settings.relay_batch,
            tracer=self.tracer,
        )

    def replays(self, publisher: Publisher) -> Replays:
        """What sends this service's log to readers that ask."""
        return Replays(
            db=self.db,
            ground=self.service.ground,
            source=self.service.name,
            publisher=publisher,
            clock=self.clock,
        )

    def expose(self) -> None:
        """Show on /metrics what is not counted: gauges of tables, connections, the version."""
        self.metrics.watch(self.gauges)
        self.metrics.watch_connections(
            in_use=lambda: self.db.connections_in_use, most=self.settings.web_threads
        )
        self.metrics.built(self.service.version)

    def gauges(self) -> Gauges:
        """Values of the gauges that are read from tables."""
        now = self.clock.now()
        with self.db.read() as session:
            counts = backlog(session, self.service.ground, now=now)
            return {**counts, **self.service.gauges(session, now)}

    def close(self) -> None:
        for peer in self._peers.values():
            peer.close()
        self.tracer.close()
        self.db.close()

    def _tracer(self) -> trace.Tracer:
        """The tracer that OTLP_ENDPOINT asks for; the exporter's libraries only where it does."""
        endpoint, share = self.settings.otlp_endpoint, self.settings.otlp_share
        if not 0 <= share <= 1:
            raise ValueError(f"OTLP_SHARE must be from 0 to 1, not {share}")
        if not endpoint:
            return trace.Tracer()
        if not endpoint.startswith(("http://", "https://")):
            raise ValueError(f"OTLP_ENDPOINT must begin with http:// or https://, not {endpoint!r}")
        try:
            from shared.otlp import OtlpExport  # noqa: PLC0415 - an extra that few installations have
        except ImportError as error:
            raise ValueError("OTLP_ENDPOINT needs the extra minsheng-shared[otlp]") from error
        return trace.Tracer(
            lambda: OtlpExport(
                endpoint,
                service=self.service.name,
                version=self.service.version,
                count=self.metrics.spans,
            ),
            share=share,
        )


def find_services() -> list[Service]:
    """The installed services, by entry point, in the order of ALL_SERVICES; others after them."""
    found: list[Service] = [point.load() for point in entry_points(group=GROUP)]
    order = {name: at for at, name in enumerate(ALL_SERVICES)}
    return sorted(found, key=lambda s: (order.get(s.name, len(order)), s.name))
