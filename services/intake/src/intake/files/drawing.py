"""Has pages of scans drawn by a process of its own, so that they are looked at without being saved.

A PDF is kept as it was sent: whatever its reader can be made to do, it does there.
"""

import dataclasses
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable

from intake.files.page_drawing.limits import NO_SUCH_PAGE, Limits
from shared.errors import NotFound, Refused, both

log = logging.getLogger(__name__)

_SECONDS = 20
_MEMORY = 1 << 30
_PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "TMPDIR")
DRAWN = frozenset({"application/pdf", "image/tiff", "image/jpeg", "image/png"})
"""The media types whose pages can be drawn."""


class Drawer:
    """Draws pages, `at_once` at a time: a page may need a hundred megabytes."""

    def __init__(self, *, at_once: int) -> None:
        self._turns = threading.BoundedSemaphore(at_once)

    def draw(self, pieces: Iterable[bytes], *, media_type: str, page: int) -> bytes:
        """A page of a scan as a JPEG, counted from 1.

        NotFound where there is no such page; Refused where it cannot be drawn.
        """
        limits = Limits(media_type, page, memory_bytes=_MEMORY, cpu_seconds=_SECONDS)
        with tempfile.TemporaryFile() as file:
            for piece in pieces:
                file.write(piece)
            file.seek(0)
            with self._turns:
                return _drawn(file.fileno(), limits)


def _drawn(file: int, limits: Limits) -> bytes:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "intake.files.page_drawing",
             json.dumps(dataclasses.asdict(limits))],
            stdin=file,
            capture_output=True,
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            timeout=2 * _SECONDS,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise _not_drawn() from error
    if done.returncode == NO_SUCH_PAGE:
        raise NotFound(both("没有这一页。", "There is no such page."))
    if done.returncode:
        log.warning("a page could not be drawn", extra={"code": done.returncode})
        raise _not_drawn()
    return done.stdout


def _not_drawn() -> Refused:
    return Refused(
        both("这一页无法显示，请下载后查看。", "This page cannot be shown; save the file instead."),
        status=422,
        code="page_not_drawn",
    )
