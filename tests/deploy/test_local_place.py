"""Where an installation of `make run-real` keeps its data."""

import shutil
from pathlib import Path

import pytest

from local import place
from local.place import Place


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """VAR in a folder that only its owner may enter, so root's PostgreSQL user may not."""
    tmp_path.chmod(0o700)
    monkeypatch.setenv("VAR", str(tmp_path / "var"))
    monkeypatch.setattr(place, "_ELSEWHERE", tmp_path / "elsewhere")
    return tmp_path / "var"


@pytest.mark.usefixtures("var")
def test_an_installation_finds_its_data_again() -> None:
    first = Place.of_environment().postgres
    assert Place.of_environment().postgres == first


def test_one_made_anew_at_the_same_path_never_meets_the_data_of_the_one_before(var: Path) -> None:
    data = Place.of_environment().postgres / "data"
    data.mkdir(parents=True)
    shutil.rmtree(var)
    assert not (Place.of_environment().postgres / "data").exists()
