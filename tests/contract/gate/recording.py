"""What each migration does on PostgreSQL, statement by statement, without a server.

The revisions run against a recorder that looks like a PostgreSQL connection: helpers, loops and
branches by dialect are seen as they run, which reading the source would miss. A migration that
loops over rows it has read is seen with no rows.
"""

import ast
import contextlib
import hashlib
import re
import sys
import traceback
import warnings
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import Script, ScriptDirectory
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData

from gate.verdicts import BadInput
from shared import migrations

# Partitions of months to come depend on the day, and only ever add.
_MONTH = re.compile(r"CREATE TABLE IF NOT EXISTS outbox_\d{4}_\d\d PARTITION OF outbox")
_SEQUENCE = re.compile(r"CREATE SEQUENCE (?:IF NOT EXISTS )?(\w+)", re.I)


def revisions(package: str) -> list[dict[str, Any]]:
    """A service's revisions, oldest first, each with its file's digest and its statements."""
    found = []
    for revision in _chain(package):
        path = Path(revision.path)
        with refusing(package, "cannot be recorded; a migration reads neither rows nor tables"):
            statements = _Recorder(path, package).run(revision.module.upgrade)
        found.append(
            {
                "revision": revision.revision,
                "down_revision": revision.down_revision,
                "file": path.name,
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "statements": statements,
            }
        )
    return found


def _chain(package: str) -> list[Script]:
    """The revisions, oldest first; BadInput where they are not one chain."""
    with refusing(package, "cannot be loaded"), warnings.catch_warnings(action="error"):
        script = ScriptDirectory.from_config(migrations.config(package))
        heads = script.get_heads()
        revisions = list(script.walk_revisions())
    if len(heads) != 1:
        raise BadInput(
            f"{package}/migrations/versions: {len(heads)} heads ({', '.join(sorted(heads))}); "
            "migrations are one chain"
        )
    return revisions[::-1]


@contextlib.contextmanager
def refusing(package: str, what: str) -> Iterator[None]:
    """Turn whatever a service's migrations raise into BadInput with file, line and reason."""
    try:
        yield
    except BadInput:
        raise
    except Exception as error:
        frames = [(f.filename, f.lineno) for f in traceback.extract_tb(error.__traceback__)]
        if isinstance(error, SyntaxError):
            frames.append((error.filename or "", error.lineno))
        ours = [(Path(n).name, line) for n, line in frames if Path(n).parent.name == "versions"]
        at = f"/{ours[-1][0]}: line {ours[-1][1]}" if ours else ""
        reason = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
        raise BadInput(f"{package}/migrations/versions{at}: {what}: {reason}") from error


def sequences_named_by(package: str, made: list[dict[str, Any]]) -> list[str]:
    """The sequences, of those that the revisions make, whose names the service's code spells."""
    names = {
        name
        for revision in made
        for statement in revision["statements"]
        for name in _SEQUENCE.findall(statement["sql"])
    }
    root = Path(str(files(package)))
    spelled = {
        node.value
        for path in root.rglob("*.py")
        if "migrations" not in path.relative_to(root).parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return sorted(names & spelled)


class _Recorder:
    """Looks like a connection to an empty PostgreSQL, and writes down what it is asked to do."""

    def __init__(self, path: Path, package: str) -> None:
        self.dialect = postgresql.dialect()
        self.statements: list[dict[str, Any]] = []
        self._path = str(path)
        self._shown = f"{package}/migrations/versions/{path.name}"
        self._autocommit = False

    def run(self, upgrade: Any) -> list[dict[str, Any]]:
        """The statements of one revision, in order, each with its line."""
        context = MigrationContext(self.dialect, self, {"transactional_ddl": True})  # type: ignore[arg-type]
        with Operations.context(context):
            upgrade()
        return self.statements

    def execute(self, statement: Any, *_: Any, **__: Any) -> IteratorResult[Any]:
        """Note a statement; what it answers is empty."""
        if isinstance(statement, str):
            statement = sa.text(statement)
        sql = " ".join(str(statement.compile(dialect=self.dialect)).split())
        if " CONCURRENTLY " in f" {sql.upper()} " and not self._autocommit:
            raise BadInput(
                f"{self._shown}: line {self._line()}: CONCURRENTLY outside of an autocommit_block, "
                "which PostgreSQL refuses"
            )
        if not _MONTH.match(sql):
            self.statements.append({"line": self._line(), "sql": sql})
        return IteratorResult(SimpleResultMetaData([]), iter(()))

    def exec_driver_sql(self, statement: str, *_: Any) -> IteratorResult[Any]:
        return self.execute(sa.text(statement.replace(":", r"\:")))

    def scalar(self, statement: Any, *_: Any) -> Any:
        return self.execute(statement).scalar()

    def scalars(self, statement: Any, *_: Any) -> Any:
        return self.execute(statement).scalars()

    def execution_options(self, *, isolation_level: str, **_: Any) -> "_Recorder":
        self._autocommit = isolation_level == "AUTOCOMMIT"
        return self

    def get_isolation_level(self) -> str:
        return "READ COMMITTED"

    def in_transaction(self) -> bool:
        return False

    def begin(self) -> "_Transaction":
        return _Transaction()

    begin_nested = begin

    def _line(self) -> int:
        """The line of the migration that led here."""
        frame = sys._getframe()
        while frame is not None and frame.f_code.co_filename != self._path:
            frame = frame.f_back  # type: ignore[assignment]
        return frame.f_lineno if frame else 0


class _Transaction(contextlib.nullcontext[None]):
    """A transaction of the recorder, in which nothing can fail."""

    def commit(self) -> None:
        """Nothing was done that could be kept."""

    rollback = close = commit
