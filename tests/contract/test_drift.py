"""The golden files say what the code says; a change of a contract is seen in the diff."""

from pathlib import Path

import pytest
from golden import ASYNCAPI, EVENTS, HTTP, READS, files

WANTED = files()
FOLDERS = (EVENTS, READS, HTTP, ASYNCAPI)


@pytest.mark.parametrize("path", sorted(WANTED), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_golden_file_is_what_the_code_says(path: Path) -> None:
    assert path.exists(), f"{path.name} is missing: make contract-update"
    assert path.read_text(encoding="utf-8") == WANTED[path], "make contract-update"


def test_no_golden_file_is_left_of_something_gone() -> None:
    there = {path for folder in FOLDERS for path in folder.glob("*.json")}
    assert there == set(WANTED)
