"""Where an installation of `make run-real` keeps its data."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from local import place
from local.place import Place
from shared.local_secrets import local_secrets


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


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's PostgreSQL may not enter its folder")
@pytest.mark.parametrize("is_its_own", [True, False])
def test_data_of_version_0_1_are_found_by_the_installation_that_they_are_of(
    var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_its_own: bool
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    real = var / "real"
    digest = hashlib.sha256(str(real).encode()).hexdigest()[:12]
    old = tmp_path / f"minsheng-postgresql-{digest}"
    old.mkdir()
    if is_its_own:
        real.mkdir(parents=True)
        local_secrets(real)
    assert (Place.of_environment().postgres == old) == is_its_own
    assert (Place.of_environment().postgres == old) == is_its_own
