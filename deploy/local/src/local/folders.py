"""Folders that services keep beside their databases, such as attachments: into a backup and back.

What is in them is written once under a name of its own and never changed, so that a copy made while
the system runs is whole for everything that the databases knew when it began.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from shared.service import find_services

_FOLDERS = "folders"
_DRAFT = ".new"


def back_up_folders(var: Path, backup: Path) -> int:
    """Copy the services' folders of `var` into a backup; returns how many bytes that were."""
    copied = sum(_copy(source, target) for source, target in _missing(var, backup / _FOLDERS))
    os.sync()
    return copied


def bring_back_folders(backup: Path, var: Path) -> int:
    """Put back what the services' folders of `var` lack of a backup; returns how many files.

    What is newer than the backup stays; nothing is written over.
    """
    found = [_copy(source, target) for source, target in _missing(backup / _FOLDERS, var)]
    os.sync()
    return len(found)


def _missing(source: Path, target: Path) -> Iterator[tuple[Path, Path]]:
    names = {name for service in find_services() for name in service.folders.values()}
    for name in sorted(names):
        for path in (source / name).rglob("*"):
            there = target / path.relative_to(source)
            if path.is_file() and not path.name.endswith(_DRAFT) and not there.exists():
                yield path, there


def _copy(source: Path, target: Path) -> int:
    """Copy a file whole or not at all; 0 where it was removed meanwhile."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(target.name + _DRAFT)
    try:
        shutil.copy2(source, draft)
    except FileNotFoundError:
        return 0
    draft.replace(target)
    return target.stat().st_size
