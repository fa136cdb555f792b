"""Has a file examined by a process of its own, and reads what that says."""

import dataclasses
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from typing import IO, Any

from intake.domain.attachments import KINDS, REFUSALS, Kind, not_taken
from intake.files.examination.examine import Limits
from shared.errors import Refused

log = logging.getLogger(__name__)

_SECONDS = 30
_MEMORY = 1 << 30
_UNPACKED = 256 << 20
_PAGES = 500
_PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "TMPDIR")


class Unacceptable(Refused):
    """The file is not taken; the field `file` says why."""

    def __init__(self, reason: str, *, status: int, code: str) -> None:
        super().__init__(reason, status=status, code=code, errors={"file": reason})


def refused(why: str) -> Unacceptable:
    """The refusal for one of the reasons of `REFUSALS`."""
    status, code = (415, "unsupported_file") if why == "archive" else (422, "unacceptable_file")
    return Unacceptable(REFUSALS[why], status=status, code=code)


@dataclass(frozen=True)
class Examined:
    """A file that may be kept: its kind, how many pages it has where it has any, and what of it is
    kept, from where that stands."""

    kind: Kind
    file: IO[bytes]
    size: int
    pages: int | None


class Examiner:
    """Examines files, `at_once` at a time: a picture may need a hundred megabytes."""

    def __init__(self, *, kinds: frozenset[str], pixels: int, most: int, at_once: int) -> None:
        """`kinds` that are taken, `pixels` of a picture, `most` bytes of a file. ValueError for
        a kind that nobody knows."""
        if unknown := kinds - KINDS.keys():
            raise ValueError(f"ATTACHMENT_KINDS: {', '.join(sorted(unknown))}: no such kind")
        self.kinds = kinds
        self._limits = Limits(
            kinds=sorted(kinds),
            pixels=pixels,
            pages=_PAGES,
            unpacked_bytes=_UNPACKED,
            memory_bytes=_MEMORY,
            cpu_seconds=_SECONDS,
            written_bytes=4 * most,
            written_to=0,
        )
        self._turns = threading.BoundedSemaphore(at_once)

    def examine(self, file: IO[bytes], *, kinds: frozenset[str] | None = None) -> Examined:
        """What is to be kept of an open file; Unacceptable says why nothing is.

        `kinds`: of those that are taken, no others than these are now.
        """
        kinds = self.kinds if kinds is None else self.kinds & kinds
        kept: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by who reads it, or below
        try:
            with self._turns:
                answer = self._answer(file, kept, kinds)
        except BaseException:
            kept.close()
            raise
        if not answer["rewritten"]:
            kept.close()
            kept = file
        size = kept.seek(0, os.SEEK_END)
        kept.seek(0)
        return Examined(KINDS[answer["kind"]], kept, size, answer["pages"])

    def _answer(self, file: IO[bytes], kept: IO[bytes], kinds: frozenset[str]) -> dict[str, Any]:
        file.seek(0)
        limits = dataclasses.replace(self._limits, kinds=sorted(kinds), written_to=kept.fileno())
        try:
            done = subprocess.run(
                [sys.executable, "-m", "intake.files.examination",
                 json.dumps(dataclasses.asdict(limits))],
                stdin=file.fileno(),
                capture_output=True,
                pass_fds=[kept.fileno()],
                env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
                timeout=2 * _SECONDS,
                check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise refused("too_hard") from error
        if done.returncode:
            # The last line names an exception, or nothing where the process was ended; never more
            # is logged, since a message may quote the file.
            last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            extra = {"code": done.returncode, "error": last.partition(":")[0][:100]}
            log.warning("an examination ended without an answer", extra=extra)
            raise refused("too_hard")
        answer: dict[str, Any] = json.loads(done.stdout)
        if "refused" not in answer:
            return answer
        why = str(answer["refused"])
        if why == "kind":
            raise Unacceptable(not_taken(kinds), status=415, code="unsupported_file")
        raise refused(why)
