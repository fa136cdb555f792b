"""What these tests share: the metrics that really are exported, promtool, plain rule files."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from observe.exported import exported
from observe.rules import ROOT, write_plain

sys.path.insert(0, str(ROOT / "deploy/grafana"))


@pytest.fixture(scope="session")
def metrics_of_ours(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, set[str]]:
    """Name -> labels of every sample that our services export."""
    return exported(tmp_path_factory.mktemp("exported"))


@pytest.fixture(scope="session")
def promtool() -> Callable[..., str]:
    """Runs promtool; returns what it said, or fails with it."""
    program = shutil.which("promtool")
    assert program, "promtool is missing: run deploy/local/install-system-packages prometheus"

    def run(*arguments: str | Path, cwd: Path) -> str:
        command = [program, *map(str, arguments)]
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture
def plain_rules(tmp_path: Path) -> Path:
    """A folder with the rule files as Prometheus reads them, and nothing else."""
    folder = tmp_path / "rules"
    write_plain(folder)
    return folder
