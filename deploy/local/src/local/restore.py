"""make restore TO=…: all databases of run-real back to one moment, and the rest made to agree.

    plan      the newest backup that ended before TO, its files and its WAL looked through
    recover   beside the data in place: copy, replay the log up to TO
    prepare   migrate, pass over numbers that were handed out, ask for the last events again
    folders   put back what is missing of attachments; what is newer stays
    decide    one file, renamed into its place: from here on the restore is done, or will be
    finish    the old data set aside, the new in their place, the queues purged

Killed at any moment before `decide` the old data are in place, after it the new; what `finish`
lacks is done by the next `make run-real` or `make restore`.
"""

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from local import wal
from local.backup import BackupRefused, Tell, name_of
from local.folders import bring_back_folders
from local.place import Place
from local.postgres import PrivatePostgres, hand_over
from local.restore_plan import Plan, RestoreRefused, check_place, make_plan, moment
from local.servers import PrivateRabbit
from local.stack import Stack
from shared import migrations
from shared.after_restore import REPUBLISHED, after_restore
from shared.bus import inbox_queue
from shared.clock import Clock, SystemClock, wire
from shared.embedded import VarInUse, lock_var
from shared.local_secrets import write_private
from shared.rabbitmq import declare_topology, purge_queue
from shared.service import find_services

_DECISION = "restore.json"
_NEW = "data.restoring"
_RECOVERY_LASTS_S = 7 * 86_400.0


class RecoveringPostgres(PrivatePostgres):
    """A server that brings a copy of a base backup to the planned moment, beside the data in place.

    It serves once it is there, and ends where it cannot get there. It archives nothing yet, and
    remembers what it will have to.
    """

    log_name = "restore.log"
    start_seconds = _RECOVERY_LASTS_S

    def __init__(self, folder: Path, plan: Plan) -> None:
        super().__init__(folder)
        self._plan = plan

    @property
    def data(self) -> Path:
        return self.folder / _NEW

    def _settings(self) -> dict[str, object]:
        found = super()._settings() | {
            "archive_mode": "on",
            "archive_command": "",
            "hot_standby": "off",
            "restore_command": wal.restore_command(
                self.archive, newest=self.folder / "data" / "pg_wal"
            ),
            "recovery_target_timeline": self._plan.course.timeline,
            "recovery_target_action": "promote",
        }
        if self._plan.to is not None:
            found["recovery_target_time"] = self._plan.to.isoformat()
        return found


def restore(
    place: Place,
    to: str,
    *,
    republished: dt.timedelta = REPUBLISHED,
    clock: Clock | None = None,
    tell: Tell = print,
) -> dt.datetime:
    """Take the databases of `place` back to `to` (RFC 3339, or "latest"); returns that moment.

    Refused, with nothing changed, while the system runs and where that moment cannot be reached:
    VarInUse, RestoreRefused, BackupRefused.
    """
    clock = clock or SystemClock()
    began = time.monotonic()
    wanted = moment(to, clock.now())
    check_place(place)
    with lock_var(place.var):
        _finish_earlier(place, tell)
        plan = make_plan(place, wanted, clock.now())
        tell(f"backup {plan.backup.folder.name} and its log are whole; recovering beside the data")
        reached = _recover(place, plan, republished=republished, tell=tell)
        if put_back := bring_back_folders(plan.backup.folder, place.var):
            tell(f"put back {put_back} files that were missing")
        _decide(place, reached, clock.now())
        tell("decided: the new data will be in place, whatever happens now")
        _finish_earlier(place, tell)
    tell(f"restored in {time.monotonic() - began:.1f} s")
    return reached


def _recover(place: Place, plan: Plan, *, republished: dt.timedelta, tell: Tell) -> dt.datetime:
    """New data at the planned moment, ready to be swapped in; returns the moment."""
    server = RecoveringPostgres(place.postgres, plan)
    try:
        _copy(plan.backup.base, server.data)
        with server:
            last = _last_replayed(server) or plan.backup.ended_at
            reached = plan.to or last
            if last > reached:
                raise RestoreRefused(f"recovery went past TO, to {wire(last)}")
            tell(f"recovered to {wire(reached)}; the last transaction is of {wire(last)}")
            _prepare(place, server, reached, republished, tell)
    except BaseException as error:
        shutil.rmtree(server.data, ignore_errors=True)
        if isinstance(error, RuntimeError):
            raise RestoreRefused(f"recovery did not reach its aim: {error}") from error
        raise
    tell("the new data are ready")
    return reached


def _copy(base: Path, new: Path) -> None:
    shutil.rmtree(new, ignore_errors=True)
    done = subprocess.run(
        ["cp", "-a", "--reflink=auto", str(base), str(new)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RestoreRefused(f"{base} cannot be copied: {done.stderr.strip()}")
    (new / "recovery.signal").touch()
    hand_over(new)


def _last_replayed(server: PrivatePostgres) -> dt.datetime | None:
    with server.connect() as admin:
        row = admin.execute("SELECT pg_last_xact_replay_timestamp()").fetchone()
    return row[0].astimezone(dt.UTC) if row and row[0] else None


def _prepare(
    place: Place,
    server: PrivatePostgres,
    reached: dt.datetime,
    republished: dt.timedelta,
    tell: Tell,
) -> None:
    """Bring every service's database to this version, and make it fit to go on."""
    stack = Stack(var=place.var, bus_url="", database_of=server.create_database)
    for service in stack.services:
        with stack.app(service) as app:
            migrations.migrate(app.db, service.package)
            done = after_restore(app, to=reached, republished=republished)
    tell(
        f"numbers go on {done.passed} further; events since {wire(done.since)} are asked for again"
    )


def _decide(place: Place, reached: dt.datetime, now: dt.datetime) -> None:
    """Write down that the new data are to be in place; the file is renamed into being."""
    old = f"data.before-restore-{name_of(now)}"
    text = json.dumps({"to": wire(reached), "old": old})
    write_private(place.var / _DECISION, text)
    _sync(place.var)


def _finish_earlier(place: Place, tell: Tell) -> None:
    """Finish a restore that was decided, with a RabbitMQ of this process."""
    if (place.var / _DECISION).exists():
        finish_swap(place, tell)
        with PrivateRabbit(place.rabbitmq) as rabbit:
            finish(place, bus_url=rabbit.url, tell=tell)


def finish(place: Place, *, bus_url: str, tell: Tell = print) -> None:
    """Finish a restore that was decided, if there is one; neither server's clients may run yet."""
    decision = place.var / _DECISION
    if not decision.exists():
        return
    finish_swap(place, tell)
    for service in filter(lambda one: one.talks, find_services()):
        queue = inbox_queue(service.name)
        declare_topology(bus_url, queue=queue, bindings=service.subscriptions.bindings())
        purge_queue(bus_url, queue)
    tell("the queues are purged")
    decision.unlink()
    _sync(place.var)


def finish_swap(place: Place, tell: Tell) -> None:
    """Set the old data aside and put the new ones in their place, as far as that is not done."""
    decision = json.loads((place.var / _DECISION).read_text("utf-8"))
    new, data = place.postgres / _NEW, place.postgres / "data"
    if not new.exists():
        return
    if data.exists():
        old = data.rename(place.postgres / decision["old"])
        tell(f"the data before the restore are kept in {old}, until somebody removes them")
    new.rename(data)
    _sync(place.postgres)
    tell(f"the data of {decision['to']} are in place")


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def main(arguments: Sequence[str]) -> int:
    """The exit code of `make restore`."""
    to = arguments[0] if arguments else ""
    try:
        hours = _hours(os.environ.get("HOURS", ""))
        reached = restore(Place.of_environment(), to, republished=hours)
    except (RestoreRefused, BackupRefused, VarInUse) as error:
        sys.stderr.write(f"not restored: {error}\n")
        return 1
    sys.stdout.write(f"restored to {wire(reached)}; start it with make run-real\n")
    return 0


def _hours(raw: str) -> dt.timedelta:
    if not raw:
        return REPUBLISHED
    if not (raw.isascii() and raw.isdigit() and int(raw) > 0):
        raise RestoreRefused(f"HOURS must be a whole number of hours, not {raw!r}")
    return dt.timedelta(hours=int(raw))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
