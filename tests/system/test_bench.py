"""make bench runs every path and prints one table: tiny sizes, no figure is judged here."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.servers

ROOT = Path(__file__).parents[2]
ROWS = (
    "accept, 1 clients, 1 web",
    "accept, 8 clients, 2 web",
    "accept, 16 clients, 2 web",
    "relay, outbox to quorum queues",
    "process, queue to supervision's tables",
    "visible in the timeline at 100/s, p99",
    "register, among 0, p50",
    "forward, among 300, p95",
    "reply, among 300, p50",
    "search, by petition, among 300, p50",
    "accept 200 at once, each, among 300, p50",
    "guide of a case, among 0, p50",
    "list of 100, newest cases, among 300, p95",
    "list of 100, approve, among 300, p50",
    "list of 100, dispatch, among 300, p50",
    "export of one unit's cases, xlsx, among 300, p50",
    "list of 100, overdue duties, among 300, p50",
    "page, a case, among 300, p50",
    "page, today, among 300, p50",
    "page, the citizens' first page, among 0, p95",
)
TINY = {"SCALE": "0.01", "SIZES": "0,300", "SPIKES": "1"}


def bench(**wishes: str) -> subprocess.CompletedProcess[str]:
    """What `make bench` runs, with these variables."""
    return subprocess.run(
        [sys.executable, "-m", "bench"],
        env=os.environ | wishes,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )


def test_every_path_is_measured_beside_its_limit_and_nothing_is_lost(tmp_path: Path) -> None:
    done = bench(**TINY, JSON=str(tmp_path / "table.json"))
    assert done.returncode == 0, done.stderr
    written: dict[str, Any] = json.loads((tmp_path / "table.json").read_text(encoding="utf-8"))
    rows = {row["path"]: row for row in written["rows"]}
    for path in ROWS:
        assert rows[path]["figure"] > 0, path
        assert path in done.stdout
    limited = [row for row in rows.values() if row["limit_is"]]
    assert all(row["ratio"] > 0 for row in limited)
    assert {row["limit_is"].split(",")[0] for row in limited} == {
        "pgbench",
        "pika alone",
        "kombu alone",
        "plain SQL",
        "COPY",
        "its answers alone",
    }
    (lost,) = [row for path, row in rows.items() if "lost, in any service" in path]
    (refused,) = [row for path, row in rows.items() if "not answered 201" in path]
    assert (lost["figure"], refused["figure"]) == (0, 0)
    assert "fsync on" in written["circumstances"]["PostgreSQL"]


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"ONLY": "accept,fly"}, "ONLY: there is no path 'fly'"),
        ({"SIZES": "0,many"}, "SIZES: 'many' is not a number"),
        ({"SPIKES": "0"}, "SPIKES: 0 is not between 1"),
        ({"JSON": "/nowhere/table.json"}, "JSON: /nowhere/table.json cannot be written"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_before_anything_starts(
    wishes: dict[str, str], said: str
) -> None:
    done = bench(**wishes)
    assert done.returncode != 0
    assert said in done.stderr
