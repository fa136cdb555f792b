"""Each fault alone, over a stream of its own; `make test-faults`, which takes long."""

import os
from pathlib import Path
from typing import Any

import pytest

from system.faults import ALONE, Fault
from system.scene import scene_of

pytestmark = pytest.mark.faults

PETITIONS = int(os.environ.get("FAULT_PETITIONS", "5000"))
PACE = float(os.environ.get("FAULT_PACE", "25"))


@pytest.mark.parametrize("fault", ALONE, ids=lambda fault: fault.__name__)
def test_one_fault(fault: Fault, tmp_path: Path, undisturbed: dict[int, Any]) -> None:
    with scene_of(tmp_path, at_least=PETITIONS, pace=PACE) as scene:
        fault(scene)
        scene.judge(undisturbed)
