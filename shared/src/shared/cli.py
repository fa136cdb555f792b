"""`python -m <service> web|worker|migrate|topology|replay|…` and its own roles."""

import argparse
import contextlib
import dataclasses
import datetime as dt
import logging
import signal
import sys
import threading
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa
from gunicorn.app.base import BaseApplication
from joserfc.errors import JoseError
from prometheus_client import make_wsgi_app
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from shared import inbox, log, migrations, worker
from shared.after_restore import REPUBLISHED, after_restore
from shared.bus import inbox_queue
from shared.clock import from_wire, wire
from shared.db import Database
from shared.outbox import Replays
from shared.rabbitmq import RabbitPublisher, RabbitReceiver, declare_topology
from shared.rebuild import rebuild
from shared.service import ALL_SERVICES, App, Service
from shared.settings import BadSettings, read_settings, setting
from shared.web import create_app

logger = logging.getLogger(__name__)
BAD_SETTINGS_EXIT = 2
MOST_HOURS = 100 * 366 * 24


def main(service: Service, argv: list[str] | None = None) -> None:
    """Run one command of a service; exits 2 where a setting is missing or a sample secret.

    A service's own commands and tools get the rest of the command line as it is; a tool needs no
    settings.
    """
    parser = _parser(service)
    arguments, rest = parser.parse_known_args(argv)
    if arguments.command in service.tools:
        service.tools[arguments.command](rest)
        return
    if rest and arguments.command not in service.commands:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        if arguments.command in PREPARATIONS:
            PREPARATIONS[arguments.command](service)
            return
        app = _start(service, needs_bus=arguments.command == "worker")
        if arguments.command in service.roles:
            _role(app, arguments.command)
        elif arguments.command in service.commands:
            with contextlib.closing(app):
                service.commands[arguments.command](app, rest)
        else:
            COMMANDS[arguments.command](app, arguments)
    except BadSettings as error:
        sys.stderr.write(f"{service.name} does not start: {error}\n")
        raise SystemExit(BAD_SETTINGS_EXIT) from error


def _start(service: Service, *, needs_bus: bool) -> App:
    """The service with every setting read and every key and table parsed, or BadSettings."""
    settings = read_settings(service.settings)
    if needs_bus and not settings.bus_url:
        raise BadSettings("BUS_URL is missing: amqp://user:password@host:port/vhost")
    log.configure(service.name, settings.log_level)
    try:
        app = App(service, settings)
        app.verifier.keys.check()
        _ = app.resources
    except (ValueError, OSError, JoseError, sa.exc.ArgumentError) as error:
        raise BadSettings(log.describe(error)) from error
    return app


def _parser(service: Service) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m {service.package}", description=service.doc)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("web", help="serve HTTP on PORT")
    commands.add_parser("worker", help="relay, receive, process, timed jobs")
    commands.add_parser("migrate", help="bring the database to this version")
    commands.add_parser("topology", help="declare exchange, queue and bindings")
    replay = commands.add_parser("replay", help="feed a reader's inbox from this service's log")
    replay.add_argument("--to", required=True, choices=ALL_SERVICES, help="the reading service")
    replay.add_argument("--since", type=from_wire, help="RFC 3339 time; all without it")
    commands.add_parser("rebuild", help="clear the projections and ask for a replay")
    again = commands.add_parser("reprocess", help="run dead events again")
    again.add_argument("--seq", type=int, help="only this row of the inbox")
    restored = commands.add_parser("after-restore", help="go on with a restored database")
    restored.add_argument("--to", required=True, type=from_wire, help="RFC 3339 time it is at")
    restored.add_argument(
        "--hours", type=_hours, default=REPUBLISHED, help="events before it to ask for again (24)"
    )
    for name, role in service.roles.items():
        commands.add_parser(name, help=(role.__doc__ or "").strip())
    for name, run in (*service.commands.items(), *service.tools.items()):
        commands.add_parser(name, help=(run.__doc__ or "").strip(), add_help=False)
    return parser


def _hours(text: str) -> dt.timedelta:
    hours = float(text)
    if not 0 < hours < MOST_HOURS:
        raise ValueError(text)
    return dt.timedelta(hours=hours)


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def expose_metrics(app: App) -> BaseWSGIServer:
    """Serve /metrics on METRICS_PORT, table gauges included, and /healthz beside it."""
    app.expose()
    metrics = make_wsgi_app(app.instruments.registry)

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/healthz":
            return metrics(environ, start_response)
        ended = [thread.name for thread in app.loops if not thread.is_alive()]
        status = "503 Service Unavailable" if ended else "200 OK"
        start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
        return [f"ended: {', '.join(ended)}\n".encode() if ended else b"alive\n"]

    port = app.settings.metrics_port
    server = make_server("0.0.0.0", port, answer, threaded=True, request_handler=_Unlogged)  # noqa: S104
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    logger.info("metrics are served", extra={"port": server.server_port})
    return server


class _Unlogged(WSGIRequestHandler):
    """Prometheus and the kubelet ask all day long."""

    def log(self, type: str, message: str, *args: Any) -> None:
        pass


class Web(BaseApplication):
    """gunicorn with one worker and threads; scaled by replicas."""

    def __init__(self, make: Callable[[], Any], options: dict[str, Any]) -> None:
        self.make = make
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self.make()


def web_options(*, host: str, port: int, threads: int) -> dict[str, Any]:
    """gunicorn's settings, the same wherever it runs."""
    return {
        "bind": f"{host}:{port}",
        "workers": 1,
        "worker_class": "gthread",
        "threads": threads,
        "timeout": 60,
        "graceful_timeout": 30,
        "keepalive": 75,
        "worker_tmp_dir": "/tmp",  # noqa: S108 - memory-backed in pods
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning",
        "control_socket_disable": True,
    }


def _web(app: App, _: argparse.Namespace) -> None:
    s = app.settings
    options = web_options(host=s.host, port=s.port, threads=s.web_threads)
    options["post_worker_init"] = lambda _worker: expose_metrics(app)
    options["worker_exit"] = lambda _server, _worker: app.close()
    Web(lambda: create_app(app), options).run()


def _worker(app: App, _: argparse.Namespace) -> None:
    stop = stop_on_signals()
    expose_metrics(app)
    publisher = RabbitPublisher(app.settings.bus_url)
    queue = inbox_queue(app.service.name)
    receiver = RabbitReceiver(app.settings.bus_url, queue, app.inbox.store)
    app.metrics.watch_receiver(lambda: receiver.connected)
    worker.run(app, publisher, receiver, stop)
    publisher.close()
    app.close()


def _role(app: App, name: str) -> None:
    stop = stop_on_signals()
    expose_metrics(app)
    app.service.roles[name](app, stop)
    app.close()


@dataclasses.dataclass(frozen=True, kw_only=True)
class ForMigrating:
    """All that `migrate` reads, so that it can run without the service's secrets."""

    database_url: str = setting(doc="SQLAlchemy URL: sqlite:///file or postgresql+psycopg://…")
    log_level: str = setting("INFO", doc="DEBUG, INFO, WARNING or ERROR")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ForTopology:
    """All that `topology` reads, so that it can run without the service's secrets."""

    bus_url: str = setting(doc="amqp://user:password@host:port/vhost")
    log_level: str = setting("INFO", doc="DEBUG, INFO, WARNING or ERROR")


def _migrate(service: Service) -> None:
    settings = read_settings(ForMigrating)
    log.configure(service.name, settings.log_level)
    try:
        db = Database(settings.database_url, service=service.name)
    except sa.exc.ArgumentError as error:
        raise BadSettings(log.describe(error)) from error
    try:
        revision = migrations.migrate(db, service.package)
    finally:
        db.close()
    logger.info("migrated", extra={"revision": revision})


def _topology(service: Service) -> None:
    settings = read_settings(ForTopology)
    log.configure(service.name, settings.log_level)
    bindings = service.subscriptions.bindings()
    declare_topology(settings.bus_url, queue=inbox_queue(service.name), bindings=bindings)
    logger.info("topology declared", extra={"bindings": len(bindings)})


def _replay(app: App, arguments: argparse.Namespace) -> None:
    types = [one.name for one in app.service.events if one.may_go_to(arguments.to)]
    with app.db.write() as session:
        Replays.ask(
            session,
            ground=app.service.ground,
            replay_id=str(uuid.uuid4()),
            reader=arguments.to,
            types=types,
            since=arguments.since,
            now=app.clock.now(),
        )
    logger.info("replay is written down; the worker sends it", extra={"reader": arguments.to})


def _rebuild(app: App, _: argparse.Namespace) -> None:
    asked = rebuild(app)
    if not asked:
        logger.info("nothing here is a projection; there is nothing to rebuild")
        return
    logger.info("rebuild has begun; the producers' workers replay", extra={"types": asked})


def _reprocess(app: App, arguments: argparse.Namespace) -> None:
    with app.db.write() as session:
        revived = inbox.reprocess(session, app.service.ground, seq=arguments.seq)
    sys.stdout.write(f"{revived}\n")


def _after_restore(app: App, arguments: argparse.Namespace) -> None:
    try:
        done = after_restore(app, to=arguments.to, republished=arguments.hours)
    except ValueError as error:
        sys.stderr.write(f"after-restore: --to: {error}\n")
        raise SystemExit(BAD_SETTINGS_EXIT) from error
    logger.info(
        "goes on after a restore; the producers' workers replay",
        extra={"numbers_passed": done.passed, "since": wire(done.since), "types": done.types},
    )


COMMANDS = {
    "web": _web,
    "worker": _worker,
    "replay": _replay,
    "rebuild": _rebuild,
    "reprocess": _reprocess,
    "after-restore": _after_restore,
}
PREPARATIONS: dict[str, Callable[[Service], None]] = {"migrate": _migrate, "topology": _topology}
