"""One running stack, one stream of petitions, and while it flows one fault after the other.

Afterwards every petition answered 201 must be in every service exactly once, and all must look as
in a run that nothing happened to.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from system.checks import settle
from system.faults import FAULTS
from system.scene import Scene, scene_of
from system.site import Site
from system.waiting import wait_out

pytestmark = pytest.mark.servers

PETITIONS = int(os.environ.get("STREAM_PETITIONS", "1000"))
PACE = float(os.environ.get("STREAM_PACE", "3"))
"""Petitions a second while the faults happen; what lacks of PETITIONS then comes faster.

Slow enough for two cores that do everything: a stream that outruns its clerks never ends.
"""


def test_one_stream_survives_every_fault(tmp_path: Path, undisturbed: dict[int, Any]) -> None:
    with scene_of(tmp_path, at_least=PETITIONS, pace=PACE) as scene:
        for fault in FAULTS:
            scene.note(f"{fault.__name__}: {fault.__doc__}")
            fault(scene)
        scene.judge(undisturbed)
        rebuild_ends_equal(scene)
        scene.judge(undisturbed)


def rebuild_ends_equal(scene: Scene) -> None:
    """`rebuild` of supervision clears its projections; the producers' logs fill them equally."""
    before = projections(scene.site)
    _, env = scene.stack.commands["supervision.worker"]
    subprocess.run([sys.executable, "-m", "supervision", "rebuild"], env=env, check=True)
    emptied = scene.site.count("supervision", "entries") < len(before["entries"])
    assert emptied, "the projections have been cleared"
    wait_out(
        lambda: len(before["entries"]) - scene.site.count("supervision", "entries"),
        "the timeline is filled again",
        poll=1.0,
    )
    settle(scene.site, scene.operators)
    after = projections(scene.site)
    for table, rows in before.items():
        assert after[table] == rows, f"{table} differs after rebuild"
    scene.note(f"rebuilt: {', '.join(f'{len(rows)} {name}' for name, rows in after.items())}")


def projections(site: Site) -> dict[str, list[str]]:
    """The rows of each of supervision's projections, in an order of their own."""
    tables = site.apps["supervision"].service.projections
    return {
        table.name: sorted(
            json.dumps(row, default=str, sort_keys=True) for row in site.rows("supervision", table)
        )
        for table in tables
    }
