"""make backup: a base backup of the running system's PostgreSQL, all databases at one moment.

    VAR/real/backups/2026-11-01T080000.000Z/base/         the data, with PostgreSQL's own manifest
                                           /folders/      what services keep beside it: files
                                           /backup.json   its times, places in the log, sizes

With the WAL archived since then, every later moment can be restored. The secrets are not in it.
"""

import dataclasses
import datetime as dt
import fcntl
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import marshmallow as ma
import psycopg
from psycopg.conninfo import conninfo_to_dict

from local import wal
from local.folders import back_up_folders
from local.place import Place
from local.postgres import PrivatePostgres, control_data, run_program
from shared.clock import wire
from shared.local_secrets import SECRETS_FILE, write_private

KEPT = 3
NOT_INCLUDED = (SECRETS_FILE, "accounts.json", "password", "postgresql/state.json")
_DESCRIPTION, _BASE = "backup.json", "base"
_DRAFT = ".new"
_ARCHIVED_WITHIN_S = 120.0

Tell = Callable[[str], None]


class BackupRefused(Exception):
    """There is no backup, or it is no good; says which file and why."""


class _Description(ma.Schema):
    """backup.json."""

    began_at = ma.fields.AwareDateTime(required=True)
    ended_at = ma.fields.AwareDateTime(required=True)
    system = ma.fields.Str(required=True)
    timeline = ma.fields.Int(required=True, strict=True)
    start = ma.fields.Str(required=True, validate=ma.validate.Regexp(r"[0-9A-F]+/[0-9A-F]+\Z"))
    end = ma.fields.Str(required=True, validate=ma.validate.Regexp(r"[0-9A-F]+/[0-9A-F]+\Z"))
    segment_bytes = ma.fields.Int(required=True, strict=True)
    bytes = ma.fields.Int(required=True, strict=True)
    databases = ma.fields.Dict(keys=ma.fields.Str(), values=ma.fields.Int(), required=True)
    not_included = ma.fields.List(ma.fields.Str(), required=True)


@dataclasses.dataclass(frozen=True)
class Backup:
    """A base backup: it can be restored to any time from `ended_at` on.

    `start` and `end` are its places in the log (on `timeline` of PostgreSQL's system identifier
    `system`), `bytes` its size on disk, `databases` the size of each in bytes.
    """

    folder: Path
    began_at: dt.datetime
    ended_at: dt.datetime
    system: str
    timeline: int
    start: str
    end: str
    segment_bytes: int
    bytes: int
    databases: dict[str, int]
    not_included: list[str]

    @classmethod
    def read(cls, folder: Path) -> "Backup":
        """The backup in a folder; BackupRefused names the file, the line or field, the reason."""
        file = folder / _DESCRIPTION
        try:
            return cls(folder=folder, **_Description().load(json.loads(file.read_text("utf-8"))))
        except OSError as error:
            raise BackupRefused(f"{file}: {error.strerror}") from error
        except json.JSONDecodeError as error:
            raise BackupRefused(f"{file}, line {error.lineno}: {error.msg}") from error
        except (ValueError, ma.ValidationError) as error:
            raise BackupRefused(f"{file}: {error}") from error

    @property
    def first_segment(self) -> str:
        """The segment of the log that it begins in."""
        course = wal.Course(self.timeline, (), self.segment_bytes)
        return course.name(wal.position(self.start) // self.segment_bytes)

    @property
    def base(self) -> Path:
        """The data folder as PostgreSQL copied it."""
        return self.folder / _BASE

    def describe(self) -> None:
        """Write backup.json."""
        known = dataclasses.asdict(self)
        del known["folder"]
        text = json.dumps(_Description().dump(known), indent=1, ensure_ascii=False)
        write_private(self.folder / _DESCRIPTION, text + "\n")

    def verify(self) -> None:
        """Compare every file with the manifest; BackupRefused says what differs."""
        done = run_program("pg_verifybackup", self.base)
        if done.returncode:
            raise BackupRefused(f"{self.base} is no whole backup:\n{done.stderr.strip()}")


def name_of(moment: dt.datetime) -> str:
    """A moment as the name of a folder, to the millisecond, in UTC."""
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H%M%S.%f}"[:-3] + "Z"


def find_backups(folder: Path) -> list[Path]:
    """The folders of all finished backups, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(one for one in folder.iterdir() if one.is_dir() and one.name[0] != ".")


def back_up(place: Place, *, kept: int = KEPT, tell: Tell = print) -> Backup:
    """Back up the databases of the system that runs at `place`, and remove what is over `kept`.

    BackupRefused where it does not run or its log is not archived. The new backup is verified
    before an old one is removed, so a good one is always there.
    """
    if kept < 1:
        raise BackupRefused(f"KEEP must be at least 1, not {kept}")
    server = PrivatePostgres(place.postgres) if _was_started(place) else None
    if server is None:
        raise BackupRefused(f"nothing runs in {place.var}: start it with make run-real")
    began = time.monotonic()
    with _alone(place.backups), _running(server) as admin:
        draft = _copied(place, server, admin)
        tell("copied; waiting until all of its time is in the archive")
        _archive_up_to_now(server, admin)
        tell("archived; comparing every file with the manifest")
        draft.verify()
        files = back_up_folders(place.var, draft.folder)
        backup = _finished(draft, place)
        tell(
            f"backup {backup.folder}: {', '.join(backup.databases)}; "
            f"{backup.bytes / 1e6:.1f} MB and {files / 1e6:.1f} MB of files in "
            f"{time.monotonic() - began:.1f} s; "
            f"can be restored to {wire(backup.ended_at)} and later"
        )
        tell(f"not in it, keep apart: {', '.join(NOT_INCLUDED)} (of {place.var})")
        for gone in _remove_old(place.backups, server.archive, kept=kept):
            tell(f"removed {gone}")
    return backup


def _was_started(place: Place) -> bool:
    return (place.postgres / "state.json").exists()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One backup at a time; what one that was killed left behind is removed."""
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupRefused(f"another backup into {folder} is under way") from error
        for draft in folder.glob(f".*{_DRAFT}"):
            shutil.rmtree(draft)
        yield


@contextmanager
def _running(server: PrivatePostgres) -> Iterator[psycopg.Connection]:
    """The administrator's connection to a server that archives its log."""
    try:
        admin = server.connect()
    except psycopg.OperationalError as error:
        raise BackupRefused(
            f"PostgreSQL of {server.folder} does not run: start it with make run-real"
        ) from error
    with admin:
        if _setting(admin, "data_directory") != str(server.data):
            raise BackupRefused(f"the server on port {server.port} is not that of {server.data}")
        if _setting(admin, "archive_mode") != "on":
            raise BackupRefused("the running server does not archive its log: start it anew")
        yield admin


def _setting(admin: psycopg.Connection, name: str) -> str:
    row = admin.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


def _now(admin: psycopg.Connection) -> dt.datetime:
    row = admin.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    return row[0].astimezone(dt.UTC)


def _copied(place: Place, server: PrivatePostgres, admin: psycopg.Connection) -> Backup:
    """A described draft: the copy, with the WAL that makes it whole in itself."""
    began_at = _now(admin)
    draft = place.backups / f".{name_of(began_at)}{_DRAFT}"
    draft.mkdir(mode=0o700)
    known = conninfo_to_dict(server.admin_url.replace("+psycopg", "", 1))
    done = run_program(
        "pg_basebackup",
        *("--pgdata", draft / _BASE, "--checkpoint=fast", "--wal-method=stream", "--no-password"),
        *("--host", known["host"], "--port", known["port"], "--username", known["user"]),
        env={"PGPASSWORD": str(known["password"])},
    )
    if done.returncode:
        raise BackupRefused(f"pg_basebackup failed:\n{done.stderr.strip()}")
    manifest = json.loads((draft / _BASE / "backup_manifest").read_text("utf-8"))
    (span,) = manifest["WAL-Ranges"]
    control = control_data(draft / _BASE)
    sizes = admin.execute(
        "SELECT datname, pg_database_size(oid) FROM pg_database WHERE NOT datistemplate ORDER BY 1"
    )
    backup = Backup(
        folder=draft,
        began_at=began_at,
        ended_at=_now(admin),
        system=control["Database system identifier"],
        timeline=span["Timeline"],
        start=span["Start-LSN"],
        end=span["End-LSN"],
        segment_bytes=int(control["Bytes per WAL segment"]),
        bytes=sum(f.stat().st_size for f in (draft / _BASE).rglob("*") if f.is_file()),
        databases=dict(sizes.fetchall()),
        not_included=list(NOT_INCLUDED),
    )
    backup.describe()
    return backup


def _archive_up_to_now(server: PrivatePostgres, admin: psycopg.Connection) -> None:
    """Let the archive reach past this moment: the backup can be restored without the server."""
    with admin.transaction():
        # A transaction of its own: recovery finds times in transactions only.
        admin.execute("SELECT pg_current_xact_id()")
    row = admin.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
    assert row is not None
    deadline = time.monotonic() + _ARCHIVED_WITHIN_S
    while row[0] not in wal.archived(server.archive):
        if time.monotonic() > deadline:
            raise BackupRefused(
                f"{row[0]} is not in {server.archive} after {_ARCHIVED_WITHIN_S:.0f} s; "
                f"PostgreSQL says why in {server.folder / server.log_name}"
            )
        time.sleep(0.1)


def _finished(draft: Backup, place: Place) -> Backup:
    """The backup under its own name."""
    folder = place.backups / draft.folder.name[1:].removesuffix(_DRAFT)
    draft.folder.rename(folder)
    return dataclasses.replace(draft, folder=folder)


def _remove_old(folder: Path, archive: Path, *, kept: int) -> Iterator[str]:
    """Remove what is older than the newest `kept` backups, and the WAL that only it needs."""
    backups = find_backups(folder)
    for backup in backups[:-kept]:
        # Out of sight first: one that is half removed must not look like a backup.
        hidden = backup.rename(folder / f".{backup.name}{_DRAFT}")
        shutil.rmtree(hidden)
        yield str(backup)
    try:
        before = Backup.read(backups[-kept:][0]).first_segment
    except BackupRefused as error:
        yield f"no WAL, since the oldest backup does not say what it needs: {error}"
        return
    held = wal.archived(archive)
    run_program("pg_archivecleanup", "-x", wal.GZ, archive, before)
    if removed := len(held - wal.archived(archive)):
        yield f"{removed} WAL files before {before} from {archive}"


def main() -> int:
    """The exit code of `make backup`."""
    try:
        raw = os.environ.get("KEEP") or str(KEPT)
        if not (raw.isascii() and raw.isdigit()):
            raise BackupRefused(f"KEEP must be a whole number, not {raw!r}")
        back_up(Place.of_environment(), kept=int(raw))
    except BackupRefused as error:
        sys.stderr.write(f"no backup: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
