"""Whether a restore can be done, and how: everything that it takes is looked through beforehand.

Nothing here changes anything.
"""

import datetime as dt
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local import wal
from local.backup import Backup, find_backups
from local.place import Place
from local.postgres import PrivatePostgres, control_data, programs, run_program
from shared.clock import from_wire, wire
from shared.local_secrets import SECRETS_FILE

LATEST = "latest"
_ROOM = 1.5


class RestoreRefused(Exception):
    """The restore cannot be done; nothing has been changed. Says which file and why."""


@dataclass(frozen=True)
class Plan:
    """How to get to the wanted moment: from `backup` along `course`, to `to` or the end (None)."""

    backup: Backup
    course: wal.Course
    to: dt.datetime | None


def moment(to: str, now: dt.datetime) -> dt.datetime | None:
    """The time that TO means, None for the latest; RestoreRefused for one that is none."""
    if to == LATEST:
        return None
    try:
        wanted = from_wire(to)
    except ValueError as error:
        raise RestoreRefused(
            f"TO={to!r} must be {LATEST} or an RFC 3339 time with its offset, such as "
            f"2026-11-01T16:00:00+08:00: {error}"
        ) from error
    if wanted > now:
        raise RestoreRefused(f"TO={to} is still to come: it is {wire(now)}")
    return wanted


def check_place(place: Place) -> None:
    """The secrets must be there first: made anew, they would open nothing in the databases."""
    for file in (place.var / SECRETS_FILE, place.postgres / "state.json"):
        if not file.exists():
            raise RestoreRefused(f"{file} is missing: bring it back from where it is kept apart")


def make_plan(place: Place, to: dt.datetime | None, now: dt.datetime) -> Plan:
    """The newest backup from which `to` can be reached, everything it takes looked through."""
    server = PrivatePostgres(place.postgres)
    control = control_data(server.data) if server.data.exists() else None
    log = wal.Log(server.archive, newest=server.data / "pg_wal" if control else None)
    backups = [Backup.read(folder) for folder in find_backups(place.backups)]
    if not backups:
        raise RestoreRefused(f"there is no backup in {place.backups}")
    timeline = int(control["Latest checkpoint's TimeLineID"]) if control else None
    course = _course(log, timeline, segment_bytes=backups[-1].segment_bytes)
    backup = _choose(backups, course, to)
    if control and control["Database system identifier"] != backup.system:
        raise RestoreRefused(f"{backup.folder} is not of the databases in {server.data}")
    backup.verify()
    _check_version(backup)
    _check_room(place, backup)
    last = wal.position(backup.end)
    if control:
        last = max(last, wal.position(control["Latest checkpoint location"]))
    return Plan(backup, course, _reachable(log, course, backup, to=to, last=last, stands=control))


def _course(log: wal.Log, timeline: int | None, *, segment_bytes: int) -> wal.Course:
    try:
        return log.course(timeline, segment_bytes=segment_bytes)
    except wal.WalMissing as error:
        raise RestoreRefused(str(error)) from error


def _choose(backups: Sequence[Backup], course: wal.Course, to: dt.datetime | None) -> Backup:
    on_course = [one for one in backups if course.passes(one.timeline, wal.position(one.end))]
    if not on_course:
        raise RestoreRefused("the backups are all of a time that an earlier restore has undone")
    early = [one for one in on_course if to is None or one.ended_at <= to]
    if not early:
        oldest = on_course[0]
        raise RestoreRefused(
            f"TO={wire(to)} is before the oldest backup, {oldest.folder.name}, which can be "
            f"restored to {wire(oldest.ended_at)} and later"
        )
    return early[-1]


def _check_version(backup: Backup) -> None:
    made_by = (backup.base / "PG_VERSION").read_text().strip()
    ours = programs().parts[-2]
    if ours.isdigit() and made_by != ours:
        raise RestoreRefused(f"{backup.base} is of PostgreSQL {made_by}, and {ours} is installed")


def _check_room(place: Place, backup: Backup) -> None:
    free = shutil.disk_usage(place.postgres).free
    if free < backup.bytes * _ROOM:
        raise RestoreRefused(
            f"{place.postgres} has {free / 1e6:.0f} MB left, and a restore of {backup.folder.name} "
            f"needs {backup.bytes * _ROOM / 1e6:.0f}"
        )


def _reachable(
    log: wal.Log,
    course: wal.Course,
    backup: Backup,
    *,
    to: dt.datetime | None,
    last: int,
    stands: object,
) -> dt.datetime | None:
    """`to`, where the log goes beyond it; None where it is what the end of the log holds.

    The databases in place, if they stand, prove that nothing came after the end of their log.
    """
    first = wal.position(backup.start) // course.segment_bytes
    whole, broken = log.unbroken(course, first=first, last=last // course.segment_bytes)
    end = _last_commit(log, whole) or backup.ended_at
    if to is not None and to <= end:
        return to
    if broken is not None:
        raise RestoreRefused(f"{broken}; without it TO can be {wire(end)} at the latest")
    if to is not None and not stands:
        raise RestoreRefused(
            f"TO={wire(to)} is after the last archived WAL: TO can be {wire(end)} at the latest"
        )
    return None


def _last_commit(log: wal.Log, names: Sequence[str]) -> dt.datetime | None:
    """The time of the last transaction in these segments."""
    with tempfile.TemporaryDirectory() as folder:
        for name in reversed(names):
            file = Path(folder) / name
            file.write_bytes(log.read(name))
            done = run_program("pg_waldump", "--path", folder, "--rmgr=Transaction", name)
            if found := wal.last_commit(done.stdout.splitlines()):
                return found
            file.unlink()
    return None
