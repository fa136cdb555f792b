"""How PostgreSQL goes about what a page asks: the service's own statements, explained and timed.

The request is answered in this process by the service's own application, which notes the
statements that it sends; they are then explained, and run again without it.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import sqlalchemy as sa

from bench.place import connect, token
from local.stack import Stack
from shared.auth import WHOLE_DISTRICT
from shared.web import create_app

_LARGE = 10_000


@dataclass
class Asked:
    """What one request asked of the database, and how that was done."""

    statements: list[tuple[str, Any]] = field(default_factory=list)
    indexes: set[str] = field(default_factory=set)
    scanned: set[str] = field(default_factory=set)
    sorted_rows: int = 0

    @property
    def note(self) -> str:
        """The plan in a line: statements, indexes, and large tables read from end to end."""
        read = f"READS ALL OF {', '.join(sorted(self.scanned))}" if self.scanned else ""
        used = ", ".join(sorted(self.indexes)) or "none"
        rows = f"sorts {self.sorted_rows:,} rows" if self.sorted_rows > _LARGE else ""
        parts = (f"{len(self.statements)} statements", f"indexes {used}", rows, read)
        return "; ".join(part for part in parts if part)


def asked_by(
    stack: Stack, service: str, path: str, *, role: str, scope: str = WHOLE_DISTRICT
) -> Asked:
    """The statements of a GET, and their plans."""
    found = Asked()
    chosen = next(s for s in stack.services if s.name == service)
    with stack.app(chosen) as app:

        def note(_c: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
            found.statements.append((statement, values))

        client = create_app(app).test_client()
        headers = {"Authorization": f"Bearer {token(stack, role, scope=scope)}"}
        # Once before: what a process reads once for all its requests is no part of this one.
        client.get(path, headers=headers)
        sa.event.listen(app.db.engine, "before_cursor_execute", note)
        answer = client.get(path, headers=headers)
    if answer.status_code != 200:  # noqa: PLR2004
        raise RuntimeError(f"{path} answered {answer.status_code}: {answer.text}")
    with connect(stack, service) as database:
        for statement, values in found.statements:
            _explain(database, statement, values, found)
    return found


def timed(stack: Stack, service: str, asked: Asked, *, times: int) -> list[float]:
    """Milliseconds of the same statements, prepared and sent by nothing but the driver."""
    took = []
    with connect(stack, service) as database:
        for _ in range(times):
            began = time.perf_counter()
            with database.transaction():
                for statement, values in asked.statements:
                    database.execute(statement, values, prepare=True)
            took.append(1000 * (time.perf_counter() - began))
    return took


def _explain(database: psycopg.Connection, statement: str, values: Any, found: Asked) -> None:
    explained = "EXPLAIN (ANALYZE, FORMAT JSON) " + statement
    row = database.execute(explained, values).fetchone()
    assert row is not None
    for node in _nodes(row[0][0]["Plan"]):
        if "Index Name" in node:
            found.indexes.add(node["Index Name"])
        if node["Node Type"] == "Sort":
            found.sorted_rows = max(found.sorted_rows, _rows_below(node))
        if node["Node Type"] == "Seq Scan" and _rows_read(node) > _LARGE:
            found.scanned.add(node["Relation Name"])


def _rows_read(node: dict[str, Any]) -> int:
    return int(node["Actual Rows"] + node.get("Rows Removed by Filter", 0))


def _rows_below(node: dict[str, Any]) -> int:
    return max(int(below["Actual Rows"]) for below in node["Plans"])


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)
