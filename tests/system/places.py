"""Installations as `make run-real` makes them, in a folder of the test's own."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.place import Place
from shared.local_secrets import local_secrets


@contextmanager
def fresh_folder() -> Iterator[Path]:
    """An empty folder that PostgreSQL's own user may pass through; removed at the end."""
    with tempfile.TemporaryDirectory(prefix="minsheng-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


@contextmanager
def fresh_place() -> Iterator[Place]:
    """An empty installation; removed at the end."""
    with fresh_folder() as folder:
        place = place_in(folder)
        place.var.mkdir(mode=0o711)
        local_secrets(place.var)
        yield place


@contextmanager
def copy_of(original: Place) -> Iterator[Place]:
    """The same installation once more, to be damaged."""
    with fresh_folder() as folder:
        place = place_in(folder)
        subprocess.run(["cp", "-a", original.var, place.var], check=True)
        yield place


def place_in(folder: Path) -> Place:
    """The installation whose VAR is that folder."""
    var = folder.resolve() / "real"
    return Place(var=var, postgres=var / "postgresql")
