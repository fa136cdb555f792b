"""A running installation as tests reach it: its addresses, its accounts, its tables, its city."""

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from local.stack import ENDPOINTS_FILE, Stack
from shared.demo.client import Client, Endpoints
from shared.local_secrets import password
from shared.service import App

PATIENCE_S = 300.0

Row = dict[str, Any]


@dataclass(frozen=True)
class Site:
    """`apps` look into the tables of each service, `var` holds the city's file."""

    endpoints: Endpoints
    password: str
    apps: Mapping[str, App]
    var: Path

    def client(self, username: str, *, transport: httpx.BaseTransport | None = None) -> Client:
        """An account's connection, which waits for a service that is away."""
        return Client(
            self.endpoints,
            username=username,
            password=self.password,
            patience=PATIENCE_S,
            transport=transport,
        )

    def rows(self, service: str, table: sa.Table, *leave_out: str) -> list[Row]:
        """A whole table, without the columns named."""
        columns = [column for column in table.c if column.name not in leave_out]
        with self.apps[service].db.read() as session:
            return [dict(row._mapping) for row in session.execute(sa.select(*columns))]

    def table(self, service: str, name: str) -> sa.Table:
        """A table of a service by its name."""
        return self.apps[service].service.ground.metadata.tables[name]

    def count(self, service: str, table: str, *where: sa.ColumnElement[bool]) -> int:
        """How many rows of a table fulfil the conditions."""
        found = sa.select(sa.func.count()).select_from(self.table(service, table)).where(*where)
        with self.apps[service].db.read() as session:
            return session.scalar(found) or 0

    def city(self) -> dict[str, Row]:
        """What the city has of each case, and how often it took it over, read from its own file."""
        with contextlib.closing(sqlite3.connect(self.var / "city.sqlite")) as base:
            base.row_factory = sqlite3.Row
            cases = {
                row["case_id"]: json.loads(row["document"]) | json.loads(row["texts"] or "{}")
                for row in base.execute("SELECT * FROM cases")
            }
            for row in base.execute("SELECT case_id, sum(applied) AS n FROM requests GROUP BY 1"):
                cases.setdefault(row["case_id"], {})["taken_over"] = row["n"]
        return cases


@contextmanager
def site_of(stack: Stack) -> Iterator[Site]:
    """The site that a stack of processes is."""
    with ExitStack() as opened:
        yield Site(
            endpoints=Endpoints.from_file(stack.var / ENDPOINTS_FILE),
            password=password(stack.var),
            apps={s.name: opened.enter_context(stack.app(s)) for s in stack.talking},
            var=stack.var,
        )


class Operators:
    """Those who look after a site: admin sees what waits and what is dead, supervisor the rest."""

    def __init__(self, site: Site, *, through: httpx.BaseTransport | None = None) -> None:
        self._admin = site.client("admin", transport=through)
        self._supervisor = site.client("supervisor", transport=through)

    def __enter__(self) -> "Operators":
        return self

    def __exit__(self, *_: object) -> None:
        self._admin.__exit__()
        self._supervisor.__exit__()

    def backlog(self, service: str) -> Row:
        """GET /v1/ops/backlog."""
        return self._admin.get(service, "/v1/ops/backlog")

    def dead(self, service: str) -> dict[str, Row]:
        """The dead events that the backlog shows, by id."""
        return {row["event_id"]: row for row in self.backlog(service)["dead"]}

    def reprocess(self, service: str, seq: int) -> Row:
        """POST /v1/ops/dead/{seq}/reprocess."""
        return self._admin.post(service, f"/v1/ops/dead/{seq}/reprocess", {})

    def counts(self, service: str) -> Row:
        """GET /v1/counts."""
        return self._supervisor.get(service, "/v1/counts")

    def timeline(self, case_id: str) -> list[Row]:
        """The entries of GET /v1/cases/{id}/timeline."""
        entries: list[Row] = self._supervisor.get("supervision", f"/v1/cases/{case_id}/timeline")[
            "entries"
        ]
        return entries
