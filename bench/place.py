"""Where everything is measured: a private RabbitMQ and PostgreSQL, and the real processes on them.

Each path gets a virtual host and databases of its own, so that none finds another's rows.
"""

import contextlib
import datetime as dt
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from local.ports import free_port
from local.postgres import PrivatePostgres
from local.servers import PrivateRabbit
from local.stack import Stack
from shared.auth import STAFF_AUDIENCE, WHOLE_DISTRICT, Issuer
from shared.clock import SystemClock
from shared.service import Service, find_services

_SHARED_BUFFERS = "'1GB'"
"""As in deploy/k8s/overlays/prod/postgresql.yaml."""
_SETTINGS = {"PUBLIC_RATE": "1000000/hour", "WEB_THREADS": "8"}


class TooSlow(Exception):
    """What was waited for did not come about in time."""


@dataclass
class Place:
    """The servers, a folder for files, and how much to measure (`scale` 1 is the whole)."""

    rabbit: PrivateRabbit
    postgres: PrivatePostgres
    folder: Path
    sizes: Sequence[int]
    spikes: int
    scale: float = 1.0
    data: Path | None = None
    say: Callable[[str], None] = lambda _text: None
    services: dict[str, Service] = field(
        default_factory=lambda: {s.name: s for s in find_services()}
    )

    def count(self, whole: int, *, least: int = 1) -> int:
        """So many, or fewer where only a part is measured."""
        return max(least, round(whole * self.scale))

    def administer(self, statement: str) -> str:
        """What PostgreSQL answers its administrator, "" where it answers nothing."""
        url = self.postgres.admin_url.replace("+psycopg", "", 1)
        with psycopg.connect(url, autocommit=True) as database:
            found = database.execute(statement)
            row = found.fetchone() if found.description else None
        return str(row[0]) if row else ""

    def date_commits(self) -> None:
        """Have PostgreSQL remember when each transaction was committed."""
        self.set_up("track_commit_timestamp", "on")

    def set_up(self, parameter: str, value: str) -> None:
        """Give PostgreSQL a parameter that it reads when it starts."""
        self.administer(f"ALTER SYSTEM SET {parameter} = {value}")
        self.postgres.stop()
        self.postgres.start()

    @contextlib.contextmanager
    def stack(self, path: str, *names: str) -> Iterator[Stack]:
        """The named services (all of them without names), running; gone afterwards."""
        chosen = [self.services[name] for name in names or self.services]
        databases = [f"{service.package}_{path}" for service in chosen]
        self.rabbit.control("add_vhost", path)
        user = self.rabbit.url.split("//")[1].split(":")[0]
        self.rabbit.control("set_permissions", "-p", path, user, ".*", ".*", ".*")
        try:
            with Stack(
                var=self.folder / path,
                bus_url=self.rabbit.url.removesuffix("%2F") + path,
                database_of=lambda package: self.postgres.create_database(f"{package}_{path}"),
                settings=_SETTINGS,
                services=chosen,
            ) as stack:
                yield stack
        finally:
            self.rabbit.control("delete_vhost", path)
            for name in databases:
                self.postgres.drop_database(name)


@contextlib.contextmanager
def place(
    *,
    sizes: Sequence[int],
    spikes: int,
    scale: float,
    data: Path | None,
    say: Callable[[str], None],
) -> Iterator[Place]:
    """Start the servers; stop and remove them afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="minsheng-bench-") as folder,
        PrivateRabbit() as rabbit,
        PrivatePostgres() as postgres,
    ):
        made = Place(rabbit, postgres, Path(folder), sizes, spikes, scale, data, say)
        made.set_up("shared_buffers", _SHARED_BUFFERS)
        yield made


def connect(stack: Stack, service: str) -> psycopg.Connection:
    """A plain connection to a service's database, each statement its own transaction."""
    url = stack.databases[service].replace("+psycopg", "", 1)
    return psycopg.connect(url, autocommit=True)


def token(stack: Stack, *roles: str, scope: str = WHOLE_DISTRICT) -> str:
    """A staff or client token that lasts through any run."""
    issuer = Issuer(
        private_jwk=stack.env["STAFF_TOKEN_KEY"], issuer="minsheng", clock=SystemClock()
    )
    unit = "bureau" if scope == WHOLE_DISTRICT else scope
    return issuer.mint(
        audience=STAFF_AUDIENCE,
        sub=roles[0],
        lasts=dt.timedelta(hours=12),
        roles=list(roles),
        unit=unit,
        unit_scope=[scope],
    )


def add_web(stack: Stack, service: str) -> str:
    """Start a second web process of a service; returns its address."""
    module, env = stack.commands[f"{service}.web"]
    port, name = free_port(), f"{service}-2"
    stack.commands[f"{name}.web"] = (module, env | {"PORT": str(port)})
    stack.endpoints[name] = f"http://127.0.0.1:{port}"
    stack.launch(f"{name}.web")
    stack.wait_ready(f"{name}.web")
    return stack.endpoints[name]


def until(condition: Callable[[], object], what: str, *, within: float, poll: float = 0.02) -> None:
    """Return when `condition` holds; TooSlow says `what` did not."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise TooSlow(f"not within {within:.0f} s: {what}")
        time.sleep(poll)
