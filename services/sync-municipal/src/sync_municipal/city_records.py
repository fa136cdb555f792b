"""What the simulated city keeps: one document a case, and every request by its key."""

import json
import sqlite3
import threading
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS cases (
    number INTEGER PRIMARY KEY, case_id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL,
    document TEXT NOT NULL, text_version INTEGER, texts TEXT
);
CREATE TABLE IF NOT EXISTS requests (
    key TEXT PRIMARY KEY, case_id TEXT NOT NULL, version INTEGER NOT NULL,
    requests INTEGER NOT NULL, applied INTEGER NOT NULL, repeated INTEGER NOT NULL
);
"""
_NOTE = """
INSERT INTO requests VALUES (:key, :case_id, :version, 1, :applied, 0)
ON CONFLICT (key) DO UPDATE SET requests = requests + 1,
    repeated = repeated + applied, applied = max(applied, excluded.applied)
"""
_DOCUMENT = """
INSERT INTO cases (case_id, version, document) VALUES (:case_id, :version, :document)
ON CONFLICT (case_id) DO UPDATE SET version = excluded.version, document = excluded.document
WHERE excluded.version > version
"""
_TEXTS = """
UPDATE cases SET text_version = :version, texts = :texts
WHERE case_id = :case_id AND coalesce(text_version, -1) < :version
"""
_TEXT_FIELDS = ("title", "text")


class Records:
    """One SQLite file (or memory), one connection; survives kill -9 of the simulator."""

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._base.row_factory = sqlite3.Row
        self._base.execute("PRAGMA journal_mode=WAL")
        # A killed process loses nothing that it has written; only a dead machine would.
        self._base.execute("PRAGMA synchronous=NORMAL")
        self._base.executescript(_SCHEMA)

    def apply(self, key: str, document: dict[str, Any]) -> str | None:
        """Take over an exchange once; its reference, or None where the key means another one.

        The newest version replaces the document; title and text stay from the newest that had any.
        """
        case_id, version = document["case_id"], document["version"]
        texts = {name: document[name] for name in _TEXT_FIELDS if name in document}
        header = {name: value for name, value in document.items() if name not in texts}
        row = {"key": key, "case_id": case_id, "version": version}
        with self._lock:
            known = self._one("SELECT * FROM requests WHERE key = ?", key)
            if known and (known["case_id"], known["version"]) != (case_id, version):
                return None
            self._base.execute("BEGIN IMMEDIATE")
            if not (known and known["applied"]):
                self._base.execute(_DOCUMENT, row | {"document": _dumps(header)})
                if texts:
                    self._base.execute(_TEXTS, row | {"texts": _dumps(texts)})
            self._base.execute(_NOTE, row | {"applied": 1})
            self._base.execute("COMMIT")
            found = self._one("SELECT number FROM cases WHERE case_id = ?", case_id)
            return f"CITY-{found['number']:08d}" if found else None

    def note(self, key: str, document: dict[str, Any]) -> None:
        """Count a request that was not taken over."""
        row = {"key": key, "case_id": document["case_id"], "version": document["version"]}
        with self._lock:
            self._base.execute(_NOTE, row | {"applied": 0})

    def case(self, case_id: str) -> dict[str, Any] | None:
        with self._lock:
            row = self._one("SELECT * FROM cases WHERE case_id = ?", case_id)
        return _shown(row) if row else None

    def cases(self, *, after: str, limit: int) -> list[dict[str, Any]]:
        query = "SELECT * FROM cases WHERE case_id > ? ORDER BY case_id LIMIT ?"
        with self._lock:
            return [_shown(row) for row in self._base.execute(query, (after, limit))]

    def request(self, key: str) -> dict[str, int]:
        """How often an exchange arrived, was taken over (0 or 1), and came again after that."""
        with self._lock:
            row = self._one("SELECT requests, applied, repeated FROM requests WHERE key = ?", key)
        return dict(row) if row else {"requests": 0, "applied": 0, "repeated": 0}

    def forget(self) -> None:
        """Be as empty as at first."""
        with self._lock:
            self._base.executescript("BEGIN; DELETE FROM cases; DELETE FROM requests; COMMIT;")

    def counts(self) -> dict[str, int]:
        """Cases, exchanges (distinct keys), requests, and requests that came again."""
        query = """
        SELECT (SELECT count(*) FROM cases) AS cases, coalesce(sum(applied), 0) AS exchanges,
               coalesce(sum(requests), 0) AS requests, coalesce(sum(repeated), 0) AS repeated
        FROM requests
        """
        with self._lock:
            row = self._one(query)
        return dict(row) if row else {}

    def _one(self, query: str, *values: Any) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self._base.execute(query, values).fetchone()
        return found


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    texts = json.loads(row["texts"]) if row["texts"] else {}
    return json.loads(row["document"]) | texts | {"city_ref": f"CITY-{row['number']:08d}"}


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
