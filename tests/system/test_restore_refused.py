"""A restore that cannot be done is refused with the file and the reason, and changes nothing; one
that is killed can be done again."""

import datetime as dt
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from local import wal
from local.backup import Backup, BackupRefused, back_up, find_backups
from local.place import Place
from local.postgres import DataMissing, PrivatePostgres
from local.restore import restore
from local.restore_plan import RestoreRefused
from shared.clock import wire
from shared.embedded import VarInUse, lock_var
from system.places import copy_of, fresh_place

pytestmark = pytest.mark.servers

SAID_BEFORE, SAID_AFTER = ["before the backup", "before the moment"], "after the moment"

_KILLED_AT = """
import os, signal, sys
from pathlib import Path
from local.place import Place
from local.restore import restore

def tell(text):
    if text.startswith(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)

var = Path(sys.argv[1])
restore(Place(var=var, postgres=var / "postgresql"), sys.argv[2], tell=tell)
"""


@pytest.fixture(scope="module")
def told() -> Iterator[tuple[Place, str]]:
    """A stopped installation with one backup and two things said after it, and the time between."""
    with fresh_place() as place:
        with serving(place) as server, server.connect() as admin:
            admin.execute("CREATE TABLE said (text text)")
            say(admin, SAID_BEFORE[0])
            back_up(place)
            say(admin, SAID_BEFORE[1])
            to = now_of(admin)
            say(admin, SAID_AFTER)
            # Out of pg_wal, so that the archive alone has what was said.
            for _ in range(2):
                admin.execute("SELECT pg_switch_wal()")
                admin.execute("CHECKPOINT")
        yield place, to


@pytest.fixture
def place(told: tuple[Place, str]) -> Iterator[Place]:
    """The installation once more, to be damaged."""
    with copy_of(told[0]) as copied:
        yield copied


@pytest.fixture
def to(told: tuple[Place, str]) -> str:
    """The moment before the last thing was said."""
    return told[1]


def serving(place: Place) -> PrivatePostgres:
    return PrivatePostgres(place.postgres, archive_seconds=60)


def say(admin: psycopg.Connection, text: str) -> None:
    admin.execute("INSERT INTO said VALUES (%s)", [text])


def now_of(admin: psycopg.Connection) -> str:
    row = admin.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    return str(wire(row[0]))


def said(place: Place) -> list[str]:
    with serving(place) as server, server.connect() as admin:
        return [row[0] for row in admin.execute("SELECT text FROM said").fetchall()]


def state_of(place: Place) -> dict[str, tuple[int, int]]:
    """Size and time of every file, but for the lock that whoever asks takes."""
    return {
        str(file.relative_to(place.var)): (file.stat().st_size, file.stat().st_mtime_ns)
        for file in place.var.rglob("*")
        if file.is_file() and file != place.var / "lock"
    }


def refused(place: Place, to: str) -> str:
    """Why a restore is refused; nothing has changed by it."""
    before = state_of(place)
    with pytest.raises((RestoreRefused, BackupRefused, VarInUse)) as why:
        restore(place, to)
    assert state_of(place) == before
    return str(why.value)


def newest_backup(place: Place) -> Backup:
    return Backup.read(find_backups(place.backups)[-1])


def first_archived(place: Place) -> Path:
    """The segment that the newest backup begins in, in the archive."""
    return place.postgres / "archive" / f"{newest_backup(place).first_segment}.gz"


@pytest.mark.parametrize(
    ("nonsense", "reason"),
    [
        ("", "must be latest or an RFC 3339 time"),
        ("yesterday", "must be latest or an RFC 3339 time"),
        ("2026-11-01T16:00:00", "no offset"),
        ("2199-01-01T00:00:00Z", "is still to come"),
    ],
)
def test_a_time_that_is_none(place: Place, nonsense: str, reason: str) -> None:
    assert reason in refused(place, nonsense)


def test_a_time_before_the_oldest_backup(place: Place) -> None:
    backup = newest_backup(place)
    early = backup.ended_at - dt.timedelta(seconds=1)
    why = refused(place, early.isoformat())
    assert f"before the oldest backup, {backup.folder.name}" in why
    assert str(wire(backup.ended_at)) in why


def test_while_the_system_runs(place: Place, to: str) -> None:
    with lock_var(place.var):
        assert "is in use by another process" in refused(place, to)


def test_without_a_backup(place: Place, to: str) -> None:
    for folder in find_backups(place.backups):
        folder.rename(place.var / "elsewhere")
    assert f"no backup in {place.backups}" in refused(place, to)


def test_without_the_secrets(place: Place, to: str) -> None:
    (place.var / "secrets.json").unlink()
    assert "secrets.json is missing" in refused(place, to)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def test_a_base_file_cut_short(place: Place, to: str) -> None:
    base = newest_backup(place).base
    cut(next(file for file in sorted(base.glob("base/*/*")) if file.stat().st_size > 8192))
    assert "has size" in refused(place, to)


def test_a_base_file_that_is_gone(place: Place, to: str) -> None:
    (newest_backup(place).base / "global/pg_control").unlink()
    assert "pg_control" in refused(place, to)


def test_a_manifest_cut_short(place: Place, to: str) -> None:
    cut(newest_backup(place).base / "backup_manifest")
    assert "manifest" in refused(place, to)


def test_a_description_edited_by_hand(place: Place, to: str) -> None:
    file = newest_backup(place).folder / "backup.json"
    text = file.read_text()
    file.write_text(text.replace('"timeline": 1,', '"timeline": 1;'))
    assert f"{file}, line " in refused(place, to)
    file.write_text(text.replace('"timeline": 1,', '"timeline": "one",'))
    assert "timeline" in refused(place, to)


def test_a_segment_that_is_gone(place: Place, to: str) -> None:
    lost = first_archived(place)
    lost.unlink()
    assert f"{lost}: is missing" in refused(place, to)


def test_a_segment_cut_short(place: Place, to: str) -> None:
    short = first_archived(place)
    cut(short)
    why = refused(place, to)
    assert f"{short}: " in why
    assert "at the latest" in why


def test_a_time_after_the_last_archived_log(place: Place) -> None:
    """The data in place would tell that nothing came after it; without them nobody knows."""
    (place.postgres / "data").rename(place.var / "elsewhere")
    why = refused(place, str(wire(dt.datetime.now(dt.UTC))))
    assert "after the last archived WAL: TO can be" in why


def test_a_restore_without_the_data_in_place(place: Place, to: str) -> None:
    (place.postgres / "data").rename(place.var / "elsewhere")
    with pytest.raises(DataMissing, match="restore it, or remove"):
        serving(place).start()
    restore(place, to)
    assert said(place) == SAID_BEFORE


def test_the_latest_is_all_that_was_said(place: Place) -> None:
    restore(place, "latest")
    assert said(place) == [*SAID_BEFORE, SAID_AFTER]


def test_a_restore_can_be_followed_by_another(place: Place, to: str) -> None:
    """What was said after the first restore is kept by the second: it is on the new timeline."""
    restore(place, to)
    with serving(place) as server, server.connect() as admin:
        say(admin, "after the restore")
        later = now_of(admin)
        say(admin, "in vain")
    restore(place, later)
    assert said(place) == [*SAID_BEFORE, "after the restore"]


def test_killed_at_any_moment_it_can_be_done_again(place: Place, to: str) -> None:
    """The old data are in place until it is decided, then the new; each try finishes the last."""
    data, decision = place.postgres / "data", place.var / "restore.json"
    kill_at(place, to, "the new data are ready")
    assert not decision.exists()
    assert said(place) == [*SAID_BEFORE, SAID_AFTER]
    kill_at(place, to, "decided")
    assert decision.exists()
    kill_at(place, to, "the data before the restore are kept")
    assert not data.exists()
    with pytest.raises(DataMissing):
        serving(place).start()
    kill_at(place, to, "the data of")
    assert said(place) == SAID_BEFORE
    restore(place, to)
    assert not decision.exists()
    assert said(place) == SAID_BEFORE


def kill_at(place: Place, to: str, moment: str) -> None:
    """Run a restore that is killed when it says so."""
    command = [sys.executable, "-c", _KILLED_AT, str(place.var), to, moment]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL


def test_a_backup_of_what_does_not_run(place: Place) -> None:
    with pytest.raises(BackupRefused, match="does not run"):
        back_up(place)


def test_only_the_newest_backups_are_kept(place: Place) -> None:
    first = first_archived(place)
    with serving(place):
        made = [back_up(place, kept=2) for _ in range(2)]
    assert find_backups(place.backups) == [backup.folder for backup in made]
    assert not first.exists()
    assert made[0].first_segment in wal.archived(place.postgres / "archive")


def test_a_backup_that_would_keep_none(place: Place) -> None:
    with pytest.raises(BackupRefused, match="at least 1"):
        back_up(place, kept=0)
