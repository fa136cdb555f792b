"""pgbench as the limit: the rows that the software wrote, written by nothing but PostgreSQL."""

import datetime as dt
import os
import re
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from local.postgres import program

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


def inserts_of_accept(database: psycopg.Connection) -> str:
    """A pgbench script: one transaction with the inserts of one accepted petition."""
    lines = [_NUMBER, "BEGIN;", "SELECT nextval('petition_seq');"]
    seen: dict[str, int] = {}
    for table, own in _ACCEPT:
        seen[table] = seen.get(table, 0) + 1
        lines.append(_insert_like(database, table, own, offset=seen[table] - 1))
    return "\n".join([*lines, "COMMIT;"]) + "\n"


def _insert_like(
    database: psycopg.Connection, table: str, own: Mapping[str, str], *, offset: int
) -> str:
    """INSERT of a row like one that is there, but for the columns in `own`."""
    newest = sql.SQL("SELECT * FROM {} ORDER BY 1 OFFSET {} LIMIT 1")
    with database.cursor(row_factory=dict_row) as cursor:
        asked = newest.format(sql.Identifier(table), sql.Literal(offset))
        row: dict[str, Any] = cursor.execute(asked).fetchone() or {}
    row.pop(_GENERATED.get(table, ""), None)
    values = [
        f"'{own[name]}' || CAST(:n AS bigint)" if name in own else _literal(value)
        for name, value in row.items()
    ]
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(values)});"


def _literal(value: Any) -> str:
    """SQL for a value, without a colon: pgbench would take what follows it for a variable."""
    if isinstance(value, str | dt.datetime):
        text = str(value).replace("\\", r"\x5c").replace("'", r"\x27").replace(":", r"\x3a")
        return f"E'{text}'"
    if isinstance(value, bytes):
        return rf"'\x{value.hex()}'"
    return sql.Literal(value).as_string()


def pgbench(url: str, script: str, *, clients: int, seconds: float) -> float:
    """Transactions a second of the script, prepared, with so many clients."""
    where = urlsplit(url)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "script.sql"
        file.write_text(script)
        done = subprocess.run(
            [
                *(program("pgbench"), "-n", "-M", "prepared", "-f", str(file)),
                *("-c", str(clients), "-j", "2" if clients > 1 else "1"),
                *("-T", str(max(1, round(seconds)))),
                *("-h", str(where.hostname), "-p", str(where.port), "-U", str(where.username)),
                where.path.lstrip("/"),
            ],
            env={**os.environ, "PGPASSWORD": str(where.password)},
            capture_output=True,
            text=True,
            check=False,
        )
    found = re.search(r"^tps = ([0-9.]+) \(without", done.stdout, re.MULTILINE)
    if done.returncode or not found:
        raise RuntimeError(f"pgbench failed:\n{done.stdout}\n{done.stderr}")
    return float(found[1])
