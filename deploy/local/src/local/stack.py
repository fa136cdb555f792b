"""All services as separate processes on one RabbitMQ and one PostgreSQL, as pods would run them.

    intake.web  intake.worker  routing.web  ...  sync-municipal.push  accounts.web  + the city

Every process can be killed, paused and started again by name; `run-real` and the system tests
stand on this.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from local.guard import Guarded
from local.ports import free_port, is_free, release
from shared import companions, migrations
from shared.bus import inbox_queue
from shared.local_secrets import local_secrets, write_private
from shared.rabbitmq import declare_topology
from shared.service import App, Service, find_services
from shared.settings import read_settings

ENDPOINTS_FILE = "endpoints.json"
_READY_SECONDS = 240.0
_MOST_MOVES = 5
_TAKEN = "Connection in use"
_STOP_SECONDS = 60.0
_PORT_SECONDS = 5.0
_LOCAL = {"HOST": "127.0.0.1", "COOKIES_SECURE": "0"}


class NotReady(Exception):
    """A process did not come up; says which one and what it wrote last."""


class Stack:
    """The processes of one local installation, each under guard: none outlives this one."""

    def __init__(
        self,
        *,
        var: Path,
        bus_url: str,
        database_of: Callable[[str], str],
        settings: Mapping[str, str] | None = None,
        services: Sequence[Service] | None = None,
    ) -> None:
        """`database_of(package)` gives a service's database URL; `settings` go to every process."""
        self.var = var
        var.mkdir(parents=True, exist_ok=True)
        self.services = list(find_services() if services is None else services)
        self.env = {**_LOCAL, **os.environ, **local_secrets(var), "BUS_URL": bus_url}
        self.env |= settings or {}
        self.databases = {s.name: database_of(s.package) for s in self.services}
        self.commands: dict[str, tuple[list[str], dict[str, str]]] = {}
        self.processes: dict[str, Guarded] = {}
        self.companions: list[subprocess.Popen[str]] = []
        self.endpoints: dict[str, str] = {}

    @property
    def talking(self) -> list[Service]:
        """The services that tell or hear anything: those with a queue and a worker."""
        return [service for service in self.services if service.talks]

    def __enter__(self) -> "Stack":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Migrate, declare, start everything, and return when every web process is ready."""
        for service in self.services:
            self.prepare(service)
            self._start_companions(service)
        self._add_web("accounts", ["local.accounts"], {})
        self.endpoints["auth"] = f"{self.endpoints.pop('accounts')}/auth"
        self.env.setdefault("AUTH_URL", self.endpoints["auth"])
        for service in self.services:
            self._add_service(service)
            address = f"{service.package.upper()}_URL"
            self.env.setdefault(address, self.endpoints[service.name])
        for name in self.commands:
            self.launch(name)
        self._tell_endpoints()
        for name in self.commands:
            if name.endswith(".web"):
                self.wait_ready(name)

    def prepare(self, service: Service) -> None:
        """What the init containers do: migrate, then declare queue and bindings."""
        with self.app(service) as app:
            migrations.migrate(app.db, service.package)
        if service.talks:
            declare_topology(
                self.env["BUS_URL"],
                queue=inbox_queue(service.name),
                bindings=service.subscriptions.bindings(),
            )

    def app(self, service: Service) -> "_Opened":
        """The service in this process, for looking into its tables."""
        return _Opened(service, self._env_of(service))

    def launch(self, name: str) -> None:
        """Start a process that is not running, on another port where its own stays taken."""
        self._await_port(name)
        self.leave_taken_port(name)
        module, env = self.commands[name]
        with (self.var / f"{name}.log").open("ab") as output:
            self.processes[name] = Guarded(
                [sys.executable, "-m", *module], env=env, output=output, cwd=self.var
            )

    def add_standby(self, name: str) -> str:
        """Start a second replica of a worker; returns its name."""
        return self.add_like(name, suffix="standby", env={})

    def add_like(self, name: str, *, suffix: str, env: Mapping[str, str]) -> str:
        """Start a process as `name` is started, with some variables changed; returns its name."""
        module, known = self.commands[name]
        added = f"{name}-{suffix}"
        self.commands[added] = (module, known | env)
        self.launch(added)
        return added

    def kill(self, name: str) -> None:
        """SIGKILL a process and all below it."""
        self.processes.pop(name).kill()

    def terminate(self, name: str) -> None:
        """SIGTERM a process and wait until it has drained."""
        process = self.processes.pop(name)
        process.signal(signal.SIGTERM)
        if not process.wait(_STOP_SECONDS):
            process.kill()

    def pause(self, name: str) -> None:
        """SIGSTOP a process and all below it."""
        for pid in self.processes[name].pids:
            os.kill(pid, signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """SIGCONT after `pause`."""
        for pid in self.processes[name].pids:
            os.kill(pid, signal.SIGCONT)

    def names(self, suffix: str) -> Iterator[str]:
        """Names of the processes of one kind, such as ".worker"."""
        return (name for name in list(self.commands) if name.endswith(suffix))

    def wait_ready(self, name: str) -> None:
        """Return when a web process answers /readyz, or /healthz where it has no database.

        One that ended because somebody else had its port is started again on another.
        """
        deadline = time.monotonic() + _READY_SECONDS
        moves = 0
        while time.monotonic() < deadline:
            try:
                if httpx.get(self._probe(name), timeout=5).is_success:
                    return
            except httpx.HTTPError:
                pass
            if self.processes[name].returncode is not None:
                told = _TAKEN in self.log_tail(name)
                if moves == _MOST_MOVES or not (self.leave_taken_port(name) or told):
                    break
                moves += 1
                self.kill(name)
                self.launch(name)
            time.sleep(0.1)
        raise NotReady(f"{name} is not ready; its last words:\n{self.log_tail(name)}")

    def _await_port(self, name: str) -> None:
        """Give the kernel time to let go of what a killed process had: clients know the address."""
        if self._endpoint_of(name) is None:
            return
        port = int(self.commands[name][1]["PORT"])
        deadline = time.monotonic() + _PORT_SECONDS
        while not is_free(port) and time.monotonic() < deadline:
            time.sleep(0.05)

    def leave_taken_port(self, name: str) -> bool:
        """Give a web process that does not run another port if somebody has taken its own."""
        key = self._endpoint_of(name)
        module, env = self.commands[name]
        if key is None or is_free(int(env["PORT"])):
            return False
        old, new = env["PORT"], str(free_port())
        release(int(old))
        self.commands[name] = (module, {**env, "PORT": new})
        self.endpoints[key] = self.endpoints[key].replace(f":{old}", f":{new}", 1)
        self._tell_endpoints()
        return True

    def log_tail(self, name: str, lines: int = 20) -> str:
        """The end of what a process wrote."""
        log = self.var / f"{name}.log"
        text = log.read_text(errors="replace") if log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def close(self) -> None:
        """Stop everything, all at once."""
        for process in self.processes.values():
            process.signal(signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        for process in self.processes.values():
            if not process.wait(max(0.1, deadline - time.monotonic())):
                process.kill()
        self.processes.clear()
        for companion in self.companions:
            with companion:
                companion.terminate()
        self.companions.clear()
        for name in self.names(".web"):
            release(int(self.commands[name][1]["PORT"]))

    def _endpoint_of(self, name: str) -> str | None:
        """What `endpoints` calls a web process; None for others."""
        known, _, role = name.rpartition(".")
        if role != "web":
            return None
        return known if known in self.endpoints else "auth"

    def _probe(self, name: str) -> str:
        key = self._endpoint_of(name)
        return f"{self.endpoints[key or 'auth']}/{'healthz' if key == 'auth' else 'readyz'}"

    def _tell_endpoints(self) -> None:
        write_private(self.var / ENDPOINTS_FILE, json.dumps(self.endpoints, indent=1))

    def _env_of(self, service: Service) -> dict[str, str]:
        own = {"DATABASE_URL": self.databases[service.name], "METRICS_PORT": "0"}
        return {**service.folder_urls(self.var), **self.env, **own}

    def _start_companions(self, service: Service) -> None:
        for companion in service.companions:
            process = companions.launch(service, companion, var=self.var, env=self.env)
            self.env.setdefault(companion.url_setting, companions.url_of(process))
            self.companions.append(process)

    def _add_web(self, name: str, module: list[str], env: Mapping[str, str]) -> None:
        port = free_port()
        own = {**self.env, **env, "PORT": str(port), "VAR": str(self.var)}
        self.commands[f"{name}.web"] = (module, own)
        self.endpoints[name] = f"http://127.0.0.1:{port}"

    def _add_service(self, service: Service) -> None:
        env = self._env_of(service)
        self._add_web(service.name, [service.package, "web"], env)
        for role in (*(("worker",) if service.talks else ()), *service.roles):
            self.commands[f"{service.name}.{role}"] = ([service.package, role], env)


class _Opened:
    """An App that is closed when the block ends."""

    def __init__(self, service: Service, env: Mapping[str, str]) -> None:
        self.app = App(service, read_settings(service.settings, env))

    def __enter__(self) -> App:
        return self.app

    def __exit__(self, *_: Any) -> None:
        self.app.close()
