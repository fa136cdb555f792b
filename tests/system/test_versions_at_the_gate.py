"""The versions that roll out under load pass the gate first; their careless sisters do not."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from shared.service import find_services
from system.versions import ADDITIVE, EMITS_V2, READS_BOTH, Edit, make_version

SERVICES = {service.name: service for service in find_services()}
CONTRACT = Path(__file__).parents[1] / "contract"
TELLS_TWICE = (
    *(edit for edit in EMITS_V2 if "retired" not in edit.becomes),
    Edit(
        "use_cases/announcing.py",
        '    if not row["secret"]:\n        tell_words(',
        '    emit(session, events[PetitionRegistered], subject=row["petition_id"], data=row,\n'
        '         time=row["registered_at"], historical=row["historical"])\n'
        '    if not row["secret"]:\n        tell_words(',
    ),
    Edit(
        "use_cases/announcing.py",
        "import PetitionRegisteredV2,",
        "import PetitionRegistered, PetitionRegisteredV2,",
    ),
)
"""Intake as it would tell each registration by v1 and by v2: every fact would count twice."""


@pytest.mark.parametrize("service", ADDITIVE)
def test_a_small_addition_passes(service: str, tmp_path: Path) -> None:
    expand, edits = ADDITIVE[service]
    code = make_version(SERVICES[service], tmp_path, edits=edits, expand=expand)
    exit_code, said = gate(code)
    assert exit_code == 0, said


def test_a_switch_to_v2_passes_with_its_readers_and_after_them(tmp_path: Path) -> None:
    exit_code, said = gate(_producer(tmp_path, EMITS_V2), *_readers(tmp_path))
    assert exit_code == 0, said
    order = said.rpartition("in this order:")[2]
    assert order.index("intake") > max(order.index(reader) for reader in READS_BOTH), order


def test_a_switch_to_v2_without_its_readers_is_refused(tmp_path: Path) -> None:
    exit_code, said = gate(_producer(tmp_path, EMITS_V2))
    assert exit_code == 1
    assert "petition.registered.v2" in said


def test_telling_a_fact_in_both_versions_is_refused_though_every_reader_reads_both(
    tmp_path: Path,
) -> None:
    exit_code, said = gate(_producer(tmp_path, TELLS_TWICE), *_readers(tmp_path))
    assert exit_code == 1
    assert "twice" in said


def _producer(folder: Path, edits: Sequence[Edit]) -> Path:
    return make_version(SERVICES["intake"], folder / "producer", edits=edits)


def _readers(folder: Path) -> list[Path]:
    return [
        make_version(SERVICES[reader], folder / "readers", edits=edits)
        for reader, edits in READS_BOTH.items()
    ]


def gate(*code: Path) -> tuple[int, str]:
    """What the gate says of the tree with these services in place of its own."""
    path = os.pathsep.join(map(str, (*code, CONTRACT)))
    done = subprocess.run(
        [sys.executable, "-m", "gate", "tree"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
