"""The archive of write-ahead log (WAL), from which any moment after a base backup can be restored.

    pg_wal/000000010000000000000007  --archive_command-->  archive/000000010000000000000007.gz

A name is timeline, then number, in hexadecimal. A restore begins a new timeline, whose
`.history` file says where it left the older ones.
"""

import datetime as dt
import gzip
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

GZ = ".gz"
_SEGMENT = re.compile(r"[0-9A-F]{24}")
_LOG_BYTES = 2**32
_COMMIT = re.compile(r"desc: (?:COMMIT|ABORT)\S* (\S+ \S+) UTC")


class WalMissing(Exception):
    """A piece of the log is gone, or cut short; names the file and the reason."""


def archive_command(archive: Path) -> str:
    """The shell command that keeps one finished file for good: whole or not at all, and never
    over another one. What is there already with the same content is fine, as PostgreSQL asks.
    """
    final, draft, folder = (
        _quoted(archive, "/%f.gz"),
        _quoted(archive, "/.%f.new"),
        _quoted(archive),
    )
    same = 'test -e "$final" && gzip -dc "$final" | cmp -s - "%p"'
    keep = (
        'test ! -e "$final" && gzip -1 -nc "%p" > "$draft" && sync "$draft"'
        ' && mv "$draft" "$final" && sync "$folder"'
    )
    return f"final={final}; draft={draft}; folder={folder}; {{ {same}; }} || {{ {keep}; }}"


def restore_command(archive: Path, *, newest: Path | None) -> str:
    """The shell command that brings a file back; `newest` has what was not archived any more."""
    kept = 'test -e "$kept" && gzip -dc "$kept" > "%p"'
    command = f"kept={_quoted(archive, '/%f.gz')}; {{ {kept}; }}"
    if newest is not None:
        command += f' || cp {_quoted(newest, "/%f")} "%p"'
    return command


def _quoted(path: Path, placeholder: str = "") -> str:
    """A path for the shell inside a PostgreSQL command, in which % begins a placeholder."""
    return shlex.quote(str(path).replace("%", "%%")) + placeholder


def archived(archive: Path) -> set[str]:
    """Names of the segments in the archive."""
    return {file.name.removesuffix(GZ) for file in archive.glob(f"*{GZ}") if _is_segment(file)}


def _is_segment(file: Path) -> bool:
    return _SEGMENT.fullmatch(file.name.removesuffix(GZ)) is not None


def position(text: str) -> int:
    """A place in the log as a number of bytes, from PostgreSQL's "16/B374D848"."""
    high, low = text.split("/")
    return int(high, 16) * _LOG_BYTES + int(low, 16)


@dataclass(frozen=True)
class Course:
    """The timelines that lead to one of them, oldest first, each with the place where it ended."""

    timeline: int
    left: tuple[tuple[int, int], ...]
    segment_bytes: int

    def name(self, number: int) -> str:
        """The segment with that number, on the newest timeline that reaches it."""
        timeline = self.timeline
        for older, ended in reversed(self.left):
            if number >= ended // self.segment_bytes:
                break
            timeline = older
        a_log = _LOG_BYTES // self.segment_bytes
        return f"{timeline:08X}{number // a_log:08X}{number % a_log:08X}"

    def number(self, name: str) -> int:
        """The number of a segment by its name."""
        return int(name[8:16], 16) * (_LOG_BYTES // self.segment_bytes) + int(name[16:], 16)

    def passes(self, timeline: int, place: int) -> bool:
        """Whether a place of a timeline lies on this course."""
        return timeline == self.timeline or any(
            timeline == older and place <= ended for older, ended in self.left
        )


class Log:
    """All WAL there is: the archive, and what the server had not archived yet (`newest`)."""

    def __init__(self, archive: Path, *, newest: Path | None) -> None:
        self.archive = archive
        self.newest = newest if newest is not None and newest.is_dir() else None
        here = self.newest.iterdir() if self.newest else ()
        self.names = archived(archive) | {file.name for file in here if _is_segment(file)}

    def course(self, timeline: int | None, *, segment_bytes: int) -> Course:
        """How the log leads to a timeline; to the newest one that is known without one."""
        if timeline is None:
            known = [int(f.name[:8], 16) for f in self.archive.glob(f"*.history{GZ}")]
            timeline = max(known, default=1)
        left = []
        if timeline > 1:
            for line in self.read(f"{timeline:08X}.history").decode().splitlines():
                parts = line.split("#")[0].split()
                if parts:
                    left.append((int(parts[0]), position(parts[1])))
        return Course(timeline, tuple(left), segment_bytes)

    def read(self, name: str) -> bytes:
        """A file of the log, whole; WalMissing names it and says why it cannot be read."""
        kept = self.archive / f"{name}{GZ}"
        here = self.newest / name if self.newest else None
        try:
            return gzip.decompress(kept.read_bytes())
        except (OSError, EOFError) as error:
            if here is not None and here.exists():
                return here.read_bytes()
            why = "is missing" if isinstance(error, FileNotFoundError) else str(error)
            raise WalMissing(f"{kept}: {why}") from error

    def unbroken(
        self, course: Course, *, first: int, last: int
    ) -> tuple[list[str], WalMissing | None]:
        """The segments from number `first` on to where the log ends, or breaks: then also why.

        `last` is a number that must be there.
        """
        numbers = [n for n in map(course.number, self.names) if course.name(n) in self.names]
        whole: list[str] = []
        for number in range(first, max([last, *numbers]) + 1):
            name = course.name(number)
            try:
                if len(self.read(name)) != course.segment_bytes:
                    raise WalMissing(f"{self.archive / name}{GZ}: is cut short")
            except WalMissing as why:
                return whole, why
            whole.append(name)
        return whole, None


def last_commit(waldump_says: Sequence[str]) -> dt.datetime | None:
    """The time of the last transaction in what pg_waldump prints with TZ=UTC."""
    for line in reversed(waldump_says):
        if found := _COMMIT.search(line):
            return dt.datetime.fromisoformat(found[1]).replace(tzinfo=dt.UTC)
    return None
