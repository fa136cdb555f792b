"""Has scans read by a process of its own, one at a time, and does not wait for it."""

import dataclasses
import functools
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from typing import IO, NamedTuple

from intake.domain.recognition import Page, page_of
from intake.files.recognition.limits import Limits

log = logging.getLogger(__name__)

_MEMORY = 1 << 30
_START_SECONDS = 30
_ANSWER_MOST = 64 << 20
_PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "TMPDIR", "TESSDATA_PREFIX")


class Recognised(NamedTuple):
    """What became of a scan: its pages that could be read, None for a failure; of how many."""

    name: str
    pages: list[Page] | None
    of: int


class _Running(NamedTuple):
    name: str
    process: subprocess.Popen[bytes]
    answer: IO[bytes]
    ends: float


class Recogniser:
    """Reads scans by Tesseract where it is installed; `start` one, `take` it when it is done."""

    def __init__(self, *, program: str, languages: str, pages: int, page_seconds: int) -> None:
        """A `program` that is not here, such as `none`, reads nothing."""
        self._limits = Limits(
            program=shutil.which(program) or "",
            languages=languages,
            media_type="",
            pages=pages,
            page_seconds=page_seconds,
            memory_bytes=_MEMORY,
        )
        self._running: _Running | None = None

    @functools.cached_property
    def is_there(self) -> bool:
        """Whether the program is here, and each of the languages."""
        if not self._limits.program:
            return False
        try:
            done = subprocess.run(
                [self._limits.program, "--list-langs"],
                capture_output=True,
                timeout=_START_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        known = set(done.stdout.decode(errors="replace").split())
        if missing := set(self._limits.languages.split("+")) - known:
            log.warning("no text is recognised", extra={"missing": sorted(missing)})
        return not missing

    @property
    def most_seconds(self) -> int:
        """Within how long a scan is read, or ended."""
        return self._limits.page_seconds * self._limits.pages + _START_SECONDS

    @property
    def is_busy(self) -> bool:
        """Whether a scan has been started and not been taken."""
        return self._running is not None

    @property
    def process_id(self) -> int | None:
        """Of the process that reads, which leads a group of its own."""
        return self._running.process.pid if self._running else None

    def start(self, name: str, media_type: str, pieces: Iterable[bytes]) -> None:
        """Begin to read a scan; `name` is said with what came of it."""
        limits = dataclasses.replace(self._limits, media_type=media_type)
        answer: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `take`, or below
        try:
            with tempfile.TemporaryFile() as file:
                for piece in pieces:
                    file.write(piece)
                file.seek(0)
                process = subprocess.Popen(
                    [sys.executable, "-m", "intake.files.recognition",
                     json.dumps(dataclasses.asdict(limits))],
                    stdin=file,
                    stdout=answer,
                    stderr=subprocess.DEVNULL,
                    env={one: os.environ[one] for one in _PASSED_ON if one in os.environ}
                    | {"OMP_THREAD_LIMIT": "1"},
                    start_new_session=True,
                )  # fmt: skip
        except BaseException:
            answer.close()
            raise
        self._running = _Running(name, process, answer, time.monotonic() + self.most_seconds)

    def wait(self) -> None:
        """Wait until what was started is done."""
        if self._running is not None:
            self._running.process.wait(max(self._running.ends - time.monotonic(), 0))

    def take(self) -> Recognised | None:
        """What was read, once it is done or has taken too long; None before."""
        running = self._running
        if running is None:
            return None
        code = running.process.poll()
        if code is None:
            if time.monotonic() < running.ends:
                return None
            os.killpg(running.process.pid, signal.SIGKILL)
            code = running.process.wait()
        self._running = None
        with running.answer as answer:
            answer.seek(0)
            lines = answer.read(_ANSWER_MOST).splitlines()
        return _recognised(running.name, lines, failed=code != 0)


def _recognised(name: str, lines: list[bytes], *, failed: bool) -> Recognised:
    """The pages that were read before the end, be it a bad one; none at all is a failure."""
    pages, of = [], 0
    for line in lines:
        try:
            told = json.loads(line)
        except ValueError:  # cut off in the middle
            break
        of = told["of"]
        if told["table"] is not None:
            pages.append(page_of(told["table"], number=told["page"]))
    if failed:
        log.warning("reading a scan ended early", extra={"pages": len(pages), "of": of})
    return Recognised(name, pages or None, of)
