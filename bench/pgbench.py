"""pgbench as the limit: the rows that the software wrote, written by nothing but PostgreSQL."""

import datetime as dt
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from local.postgres import run_program

# Each run of the script is one petition, told from all others by a random number.
_NUMBER = r"\set n random(1, 9000000000000000000)"
_ACCEPT: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("petitions", {"petition_id": "p", "petition_no": "n", "external_id": "x"}),
    ("petitioners", {"petition_id": "p"}),
    ("subject_versions", {"subject": "p"}),
    ("outbox", {"event_id": "e", "subject": "p"}),
    ("outbox", {"event_id": "f", "subject": "p"}),
    ("stored_answers", {"key": "k"}),
)
"""The tables, and the columns that get a value of their own: this letter and the number."""
_GENERATED = {"outbox": "seq"}
_UNCHANGED = ("case_id", "seq", "case_no", "petition_ids", "petition_nos", "title", "content")
_MICROSECONDS = 2
# Without gaps: the seeded cases, or the others where none are.
_OLDEST_RANGE = (
    "SELECT min(seq), max(seq) FROM cases GROUP BY seq > 100000000 ORDER BY min(seq) LIMIT 1"
)


def inserts_of_accept(database: psycopg.Connection) -> str:
    """A pgbench script: one transaction with the inserts of one accepted petition."""
    lines = [_NUMBER, "BEGIN;", "SELECT nextval('petition_seq');"]
    seen: dict[str, int] = {}
    for table, own in _ACCEPT:
        seen[table] = seen.get(table, 0) + 1
        lines.append(_insert(table, _row(database, table, offset=seen[table] - 1), own))
    return "\n".join([*lines, "COMMIT;"]) + "\n"


def insert_of_entry(database: psycopg.Connection) -> str:
    """A pgbench script: one entry of the audit chain, with a number that is none of the chain's."""
    row = _row(database, "audit") | {"seq": None}
    return f"{_NUMBER}\n{_insert('audit', row, {}).replace('(NULL', '(-CAST(:n AS bigint)', 1)}\n"


def rows_of_action(database: psycopg.Connection, *, state: str, types: Sequence[str]) -> str:
    """A pgbench script: lock a case, write it as one in `state` is, and its `types` of events."""
    case = _row(database, "cases", where="state = {}", values=[state])
    changed = {name: case[name] for name in case if name not in _UNCHANGED}
    columns = ", ".join(f"{name} = {_literal(value)}" for name, value in changed.items())
    low, high = database.execute(_OLDEST_RANGE).fetchone() or (0, 0)
    lines = [
        _NUMBER,
        rf"\set s random({low}, {high})",
        "BEGIN;",
        r"SELECT case_id FROM cases WHERE seq = :s FOR UPDATE \gset",
        f"UPDATE cases SET {columns} WHERE seq = :s;",
        "INSERT INTO subject_versions AS known VALUES (:case_id, 1) "
        "ON CONFLICT (subject) DO UPDATE SET version = known.version + 1;",
    ]
    for letter, type_ in zip("ef", types, strict=False):
        sent = "type = {} AND published_at IS NOT NULL"
        row = _row(database, "outbox", where=sent, values=[type_])
        lines.append(_insert("outbox", row, {"event_id": letter, "subject": "p"}))
    lines.append(_insert("stored_answers", _row(database, "stored_answers"), {"key": "k"}))
    return "\n".join([*lines, "COMMIT;"]) + "\n"


def _row(
    database: psycopg.Connection,
    table: str,
    *,
    where: str = "true",
    values: Sequence[str] = (),
    offset: int = 0,
) -> dict[str, Any]:
    """A row that is there."""
    condition = sql.SQL(where).format(*(sql.Literal(value) for value in values))
    asked = sql.SQL("SELECT * FROM {} WHERE {} ORDER BY 1 OFFSET {} LIMIT 1")
    with database.cursor(row_factory=dict_row) as cursor:
        cursor.execute(asked.format(sql.Identifier(table), condition, sql.Literal(offset)))
        found = cursor.fetchone()
    if found is None:
        raise LookupError(f"{table} has no row where {where} {values}")
    return found


def _insert(table: str, row: Mapping[str, Any], own: Mapping[str, str]) -> str:
    """INSERT of such a row; each column in `own` gets its letter and the run's number."""
    columns = [name for name in row if name != _GENERATED.get(table)]
    values = [
        f"'{own[name]}' || CAST(:n AS bigint)" if name in own else _literal(row[name])
        for name in columns
    ]
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(values)});"


def _literal(value: Any) -> str:
    """SQL for a value, without a colon: pgbench would take what follows it for a variable."""
    if isinstance(value, str | dt.datetime):
        text = str(value).replace("\\", r"\x5c").replace("'", r"\x27").replace(":", r"\x3a")
        return f"E'{text}'"
    if isinstance(value, bytes):
        return rf"'\x{value.hex()}'"
    if isinstance(value, dict | list):
        return _literal(json.dumps(value, ensure_ascii=False))
    return sql.Literal(value).as_string()


def pgbench(url: str, script: str, *, clients: int, seconds: float) -> float:
    """Transactions a second of the script, prepared, with so many clients."""
    with tempfile.TemporaryDirectory() as folder:
        said = _run(url, script, Path(folder), clients=clients, seconds=seconds)
    found = re.search(r"^tps = ([0-9.]+) \(without", said, re.MULTILINE)
    if not found:
        raise RuntimeError(f"pgbench gave no rate:\n{said}")
    return float(found[1])


def latencies(url: str, script: str, *, seconds: float) -> list[float]:
    """Milliseconds of each transaction of the script with one client."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        logged = ("-l", f"--log-prefix={folder / 'took'}")
        _run(url, script, folder, clients=1, seconds=seconds, more=logged)
        lines = [line for file in folder.glob("took.*") for line in file.read_text().splitlines()]
    return [int(line.split()[_MICROSECONDS]) / 1000 for line in lines]


def _run(
    url: str, script: str, folder: Path, *, clients: int, seconds: float, more: Sequence[str] = ()
) -> str:
    where, file = urlsplit(url), folder / "script.sql"
    file.write_text(script)
    done = run_program(
        "pgbench",
        *("-n", "-M", "prepared", "-f", file, *more),
        *("-c", str(clients), "-j", "2" if clients > 1 else "1"),
        *("-T", str(max(1, round(seconds)))),
        *("-h", str(where.hostname), "-p", str(where.port), "-U", str(where.username)),
        where.path.lstrip("/"),
        env={"PGPASSWORD": str(where.password)},
    )
    if done.returncode:
        raise RuntimeError(f"pgbench failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout
