"""Files in a folder of this machine, for an installation on one."""

import contextlib
import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

from intake.files.storage import KEY, StorageAway, Stored

_PIECE = 64 * 1024
_DRAFT = ".new"


class LocalStorage:
    """A file an object, in 256 folders by the first two letters of its key.

    A file is written beside its place, flushed to the disk, renamed, and its folder flushed too.
    """

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)

    def put(self, key: str, pieces: Iterator[bytes]) -> None:
        path = self._path(key)
        draft = path.with_name(path.name + _DRAFT)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(path)
            for folder in (path.parent, self.folder):
                _sync(folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            raise StorageAway() from error

    def get(self, key: str) -> Iterator[bytes]:
        try:
            with self._path(key).open("rb") as file:
                while piece := file.read(_PIECE):
                    yield piece
        except OSError as error:
            raise StorageAway() from error

    def delete(self, key: str) -> None:
        path = self._path(key)
        try:
            for one in (path, path.with_name(path.name + _DRAFT)):
                one.unlink(missing_ok=True)
        except OSError as error:
            raise StorageAway() from error

    def stored(self) -> Iterator[Stored]:
        try:
            for path in self.folder.glob("??/*"):
                # A draft is listed under the key it was to have, and goes by it.
                key = path.name.removesuffix(_DRAFT)
                with contextlib.suppress(FileNotFoundError):
                    changed = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
                    if KEY.match(key):
                        yield Stored(key, changed)
        except OSError as error:
            raise StorageAway() from error

    def _path(self, key: str) -> Path:
        if not KEY.match(key):
            raise ValueError(f"not a storage key: {key!r}")
        return self.folder / key[:2] / key


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
