"""What every service's tests start from: a migrated App, a clock to turn, tokens, events."""

import datetime as dt
import json
import tempfile
import uuid
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from shared import contracts, migrations
from shared.auth import PUBLIC_AUDIENCE, STAFF_AUDIENCE, WHOLE_DISTRICT, Issuer
from shared.clock import FixedClock
from shared.db import Database, dumps
from shared.local_secrets import make_secrets
from shared.marks import Kind, Marker
from shared.service import App, Service
from shared.settings import read_settings
from shared.web import create_app

MORNING = dt.datetime(2026, 3, 2, 1, 30, tzinfo=dt.UTC)


@cache
def sample_secrets() -> dict[str, str]:
    """One set of fresh secrets for the whole test run."""
    return make_secrets()


def mark(name: str, kind: Kind = "account") -> str:
    """The mark by which events of the test run name an account or a unit."""
    return Marker.parse(sample_secrets()["ACCESS_KEYS"]).mark(kind, name)


def make_app(
    service: Service,
    folder: Path,
    *,
    clock: FixedClock | None = None,
    database_url: str | None = None,
    **settings: str,
) -> App:
    """A migrated App on SQLite in `folder`, or on the given database."""
    path = folder / f"{service.package}.sqlite"
    if database_url is None and not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_migrated_file(service))
    url = database_url or f"sqlite:///{path}"
    env = sample_secrets() | {"DATABASE_URL": url, "PUBLIC_RATE": "100000/hour"} | settings
    app = App(service, read_settings(service.settings, env), clock=clock or FixedClock(MORNING))
    if database_url is not None:
        migrations.migrate(app.db, service.package)
    return app


_migrated_files: dict[str, bytes] = {}


def _migrated_file(service: Service) -> bytes:
    """An empty, migrated SQLite file; made once, since a migration takes longer than most tests."""
    if service.package not in _migrated_files:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "empty.sqlite"
            db = Database(f"sqlite:///{path}", service=service.name)
            migrations.migrate(db, service.package)
            db.close()
            _migrated_files[service.package] = path.read_bytes()
    return _migrated_files[service.package]


class _Rule(Rule):
    """A route whose functions that build its address are compiled once in a process.

    Compiling those of all routes takes longer than most tests, and each test has an application
    of its own.
    """

    _built: ClassVar[dict[tuple[str, bool], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        assert not self.defaults
        key = (self.rule, append_unknown)
        if key not in self._built:
            self._built[key] = super()._compile_builder(append_unknown)
        return self._built[key]


Flask.url_rule_class = _Rule


class Office:
    """A service's HTTP interface as people use it in tests."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.client: FlaskClient = create_app(app).test_client()

    def token(
        self,
        *roles: str,
        unit: str | None = "bureau",
        scope: tuple[str, ...] = (WHOLE_DISTRICT,),
        account: str | None = None,
    ) -> str:
        """A staff or client token; the account has its first role's name unless given."""
        return self._issuer("STAFF_TOKEN_KEY").mint(
            audience=STAFF_AUDIENCE,
            sub=account or (roles[0] if roles else "nobody"),
            lasts=dt.timedelta(hours=1),
            roles=list(roles),
            unit=unit,
            unit_scope=list(scope),
        )

    def citizen_token(self, petition_id: str) -> str:
        """The token a citizen holds for one petition."""
        issuer = self._issuer("PUBLIC_TOKEN_KEY")
        lasts = dt.timedelta(hours=1)
        return issuer.mint(audience=PUBLIC_AUDIENCE, sub=petition_id, lasts=lasts)

    def get(self, path: str, *roles: str, **kwargs: Any) -> Any:
        return self._send("GET", path, roles, **kwargs)

    def post(self, path: str, *roles: str, **kwargs: Any) -> Any:
        return self._send("POST", path, roles, **kwargs)

    def put(self, path: str, *roles: str, **kwargs: Any) -> Any:
        return self._send("PUT", path, roles, **kwargs)

    def patch(self, path: str, *roles: str, **kwargs: Any) -> Any:
        return self._send("PATCH", path, roles, **kwargs)

    def delete(self, path: str, *roles: str, **kwargs: Any) -> Any:
        return self._send("DELETE", path, roles, **kwargs)

    def _issuer(self, key: str) -> Issuer:
        return Issuer(private_jwk=sample_secrets()[key], issuer="minsheng", clock=self.app.clock)

    def _send(
        self,
        method: str,
        path: str,
        roles: tuple[str, ...],
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        **kwargs: Any,
    ) -> Any:
        sent = dict(headers or {})
        if roles and token is None:
            token = self.token(*roles)
        if token:
            sent["Authorization"] = f"Bearer {token}"
        return self.client.open(path, method=method, headers=sent, **kwargs)


def make_event(
    source: str,
    type_: str,
    *,
    subject: str,
    data: dict[str, Any],
    version: int = 1,
    at: dt.datetime = MORNING,
    historical: bool = False,
    event_id: str | None = None,
) -> bytes:
    """The body of an event as it arrives from the bus."""
    event_id = event_id or str(uuid.uuid4())
    body = contracts.envelope(
        event_id=event_id,
        source=source,
        type_=type_,
        subject=subject,
        subject_version=version,
        time=at,
        recorded_time=at,
        historical=historical,
        correlation_id=event_id,
        causation_id=None,
        traceparent=None,
        data=data,
    )
    return dumps(body).encode()


def hear(app: App, *bodies: bytes) -> None:
    """Let a service receive and handle events."""
    app.inbox.store(bodies)
    handle_all(app)


def handle_all(app: App) -> None:
    """Run the processor until nothing is left that may run now."""
    while app.processor.run_once():
        pass


def emitted(app: App, type_: str | None = None) -> list[dict[str, Any]]:
    """The envelopes in a service's outbox, oldest first."""
    table = app.service.ground.outbox
    with app.db.read() as session:
        rows = session.execute(sa.select(table.c.envelope).order_by(table.c.seq)).scalars()
        found = [json.loads(row) for row in rows]
    return [e for e in found if type_ is None or e["type"] == type_]


def inbox_statuses(app: App) -> dict[str, int]:
    """How many inbox rows have each status."""
    table = app.service.ground.inbox
    with app.db.read() as session:
        rows = session.execute(
            sa.select(table.c.status, sa.func.count()).group_by(table.c.status)
        ).all()
    return {status: count for status, count in rows}
