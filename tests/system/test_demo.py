"""`make demo` on the project's own samples: embedded and as real processes, with equal reports."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.ports import free_port
from shared.demo.sample_loader import STATE_FILE
from system.places import fresh_folder


@pytest.mark.servers
def test_the_samples_end_in_the_same_report_in_one_process_and_in_many() -> None:
    with fresh_folder() as folder:
        embedded = _demo(folder, [])
        _start_from_the_same_day(folder / "var")
        assert _demo(folder, ["--real"]) == embedded


def _start_from_the_same_day(var: Path) -> None:
    """The samples count back from the moment of their first start; make it one for both."""
    first = json.loads((var / STATE_FILE).read_text(encoding="utf-8"))
    (var / "real").mkdir(mode=0o711)
    (var / "real" / STATE_FILE).write_text(json.dumps(first | {"loaded": False}), encoding="utf-8")


def _demo(folder: Path, mode: list[str]) -> str:
    """The report as JSON; the demo starts and stops the system it plays on."""
    report = folder / "report.json"
    env = {**os.environ, "VAR": str(folder / "var"), "PORT": str(free_port())}
    done = subprocess.run(
        [sys.executable, "-m", "local.demo", *mode, "--json", str(report)],
        env=env,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return report.read_text(encoding="utf-8")
