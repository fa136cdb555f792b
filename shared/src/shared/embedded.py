"""Embedded mode: every service in one process, SQLite and secrets under VAR, served on PORT.

    python -m shared.embedded          (make run)

One gunicorn worker serves all services and runs their relays, processors and jobs as threads. The
in-process bus writes outbox rows straight into the readers' inbox tables and the relay marks them
sent after that commit, so kill -9 at any moment loses nothing: what was not marked goes again and
the inbox keeps each event once.
"""

import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import httpx
from flask import Flask, Response
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from shared import companions, log, migrations, worker
from shared.accounts_app import create_accounts_app
from shared.auth import ROLES
from shared.bus import Message, Outcome, inbox_queue
from shared.cli import Web, web_options
from shared.clock import SystemClock
from shared.contracts import Subscriptions
from shared.demo import sample_loader
from shared.demo.client import Client, Endpoints
from shared.local_secrets import local_accounts, local_secrets, password
from shared.metrics import Instruments
from shared.service import App, Service, find_services
from shared.settings import read_settings
from shared.web import create_app
from shared.web.app import metrics_response

_LOCK_WAIT_S = 4.0
_STOP_WAIT_S = 10.0
_WATCH_S = 0.5
_LOCAL = {"PUBLIC_RATE": "600/minute", "POLL_SECONDS": "0.1", "COOKIES_SECURE": "0"}


class VarInUse(Exception):
    """Another process has this VAR open."""


class LocalBus:
    """The in-process bus. Capabilities: topic: exact types only; durable: yes, in the readers'
    inbox tables; ordered: per relay batch; confirms: after the readers' commits."""

    def __init__(self, readers: Mapping[str, App]) -> None:
        self.readers = readers

    def publish(
        self, messages: Sequence[Message], *, queue: str | None = None, timeout: float = 20.0
    ) -> list[Outcome]:
        """Commit the messages to every reader's inbox; RETURNED for those that nobody hears."""
        heard: dict[str, list[bytes]] = {}
        outcomes = []
        for message in messages:
            found = [
                name
                for name, app in self.readers.items()
                if (inbox_queue(name) == queue if queue else _hears(app, message))
            ]
            for name in found:
                heard.setdefault(name, []).append(message.body)
            outcomes.append(Outcome.ACKED if found else Outcome.RETURNED)
        for name, bodies in heard.items():
            self.readers[name].inbox.store(bodies)
        return outcomes

    def close(self) -> None:
        """Nothing to close: the databases are the services' own."""


def _hears(app: App, message: Message) -> bool:
    subscriptions: Subscriptions = app.service.subscriptions
    return subscriptions.find(message.source, message.type) is not None


class System:
    """All services in this process: their web applications and the threads that work for them."""

    def __init__(self, services: Sequence[Service], *, env: Mapping[str, str], var: Path) -> None:
        self.var = var
        self.env = env
        instruments = Instruments()
        self.apps = {
            service.name: App(
                service,
                read_settings(service.settings, service_env(service, env=env, var=var)),
                instruments=instruments,
            )
            for service in services
        }
        self.stop = threading.Event()
        self.threads: list[threading.Thread] = []

    def wsgi(self) -> Any:
        """Each service under its name, pages at /, /auth for signing in, /metrics for all."""
        accounts = local_accounts(self.var, self.env)
        signing_in = create_accounts_app(accounts, jwks=self.env["TOKEN_JWKS"])
        webs = {name: create_app(app) for name, app in self.apps.items()}
        for app in self.apps.values():
            app.neighbours = webs | {"auth": signing_in}
        root: Any = self._bare()
        mounts: dict[str, Any] = {"/auth": signing_in, "/metrics": self._metrics()}
        for name, web in webs.items():
            if self.apps[name].service.pages:
                root = web
            else:
                mounts[f"/{name}"] = web
        return DispatcherMiddleware(root, mounts)

    def _metrics(self) -> Callable[..., Any]:
        first = next(iter(self.apps.values()))

        def metrics(environ: Any, start_response: Any) -> Any:
            return metrics_response(first)(environ, start_response)

        return metrics

    @staticmethod
    def _bare() -> Flask:
        """What answers at / where no service has pages."""
        root = Flask("embedded", static_folder=None)

        @root.get("/healthz")
        def healthz() -> Response:
            return Response('{"status":"alive"}\n', content_type="application/json")

        return root

    def start(self) -> None:
        """Start every service's loops and roles."""
        bus = LocalBus(self.apps)
        for app in self.apps.values():
            app.expose()
            app.inbox.wake_unknown()
            self.threads += worker.loops(app, bus, None, self.stop)
            for name, role in app.service.roles.items():
                self.threads.append(
                    threading.Thread(
                        target=role,
                        args=(app, self.stop),
                        name=f"{app.service.name}.{name}",
                        daemon=True,
                    )
                )
        for thread in self.threads:
            thread.start()

    def close(self) -> None:
        """Stop the loops, wait for what is under way, close the databases."""
        self.stop.set()
        deadline = time.monotonic() + _STOP_WAIT_S
        for thread in self.threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        for app in self.apps.values():
            app.close()


def service_env(service: Service, *, env: Mapping[str, str], var: Path) -> dict[str, str]:
    """The environment of one embedded service."""
    url = f"sqlite:///{var / service.package}.sqlite"
    return {**_LOCAL, **service.folder_urls(var), **env, "DATABASE_URL": url}


def lock_var(var: Path) -> IO[str]:
    """Take VAR for this process and those it forks; VarInUse when another one keeps it.

    After a kill -9 the old worker needs a moment to notice, so this waits a little.
    """
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = (var / "lock").open("a+", encoding="utf-8")
    deadline = time.monotonic() + _LOCK_WAIT_S
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                file.close()
                raise VarInUse(f"{var} is in use by another process") from error
            time.sleep(0.1)


def main() -> None:
    """Start everything and serve until a signal ends it."""
    var = Path(os.environ.get("VAR", "./var")).resolve()
    port = int(os.environ.get("PORT", "8000"))
    try:
        lock = lock_var(var)
    except VarInUse as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from error
    env = dict(os.environ) | local_secrets(var)
    # A provider's keys beside our own are named by who starts this; secrets are never.
    env["TOKEN_JWKS"] = os.environ.get("TOKEN_JWKS") or env["TOKEN_JWKS"]
    log.configure("embedded", env.get("LOG_LEVEL", "WARNING"))
    services = find_services()
    launched = {
        companion: companions.launch(service, companion, var=var, env=env)
        for service in services
        for companion in service.companions
    }
    for service in services:
        _migrate(service, env=env, var=var)
    for companion, process in launched.items():
        env.setdefault(companion.url_setting, companions.url_of(process))
    try:
        _serve(services, env=env, var=var, port=port)
    finally:
        # gunicorn leaves by SystemExit; its worker too, whose children these are not.
        for process in launched.values():
            with process:
                process.terminate()
        lock.close()


def _migrate(service: Service, *, env: Mapping[str, str], var: Path) -> None:
    settings = read_settings(service.settings, service_env(service, env=env, var=var))
    app = App(service, settings)
    migrations.migrate(app.db, service.package)
    app.close()


def _serve(services: Sequence[Service], *, env: dict[str, str], var: Path, port: int) -> None:
    system: list[System] = []

    def load() -> Any:
        system.append(System(services, env=env, var=var))
        return system[0].wsgi()

    def begin(worker: Any) -> None:
        threading.Thread(target=_end_with, args=(worker.ppid,), daemon=True).start()
        system[0].start()
        threading.Thread(target=_announce, args=(var, port, env), daemon=True).start()

    def end(_server: Any, _worker: Any) -> None:
        if system:
            system[0].close()

    options = web_options(host="127.0.0.1", port=port, threads=8)
    options |= {
        "post_worker_init": begin,
        "worker_exit": end,
        "worker_tmp_dir": str(var),
    }
    Web(load, options).run()


def _end_with(master: int) -> None:
    """End at once when the master has been killed; gunicorn would go on serving for 30 s."""
    while os.getppid() == master:
        time.sleep(_WATCH_S)
    os._exit(1)


def _announce(var: Path, port: int, env: Mapping[str, str]) -> None:
    """Load the samples on the first start, then print the one line that says it is ready."""
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_until_served(base)
        if env.get("DEMO", "1") != "0" and not sample_loader.is_loaded(var):
            sys.stderr.write("首次启动：正在装入示例机构和信访件……\n")
            endpoints = Endpoints.embedded(base)
            with Client(endpoints, username="importer", password=password(var)) as client:
                _, outcome = sample_loader.load(
                    client, var=var, now=SystemClock().now(), show=False
                )
            for error in outcome.errors:
                sys.stderr.write(f"示例未能装入：{error}\n")
    except Exception as error:  # noqa: BLE001 - said aloud, and the server ends with it
        sys.stderr.write(f"start failed: {log.describe(error)}\n")
        os.kill(os.getppid(), signal.SIGTERM)
        return
    names = ",".join(ROLES)
    sys.stdout.write(f"READY {base} accounts={names} password={password(var)}\n")
    sys.stdout.flush()


def _wait_until_served(base: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            httpx.get(f"{base}/healthz", timeout=2).raise_for_status()
            return
        except httpx.HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


if __name__ == "__main__":
    main()
