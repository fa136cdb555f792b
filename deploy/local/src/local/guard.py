"""A process tree that never outlives the one who started it, not even after kill -9.

    parent (Guarded) ==stdin pipe==> guard (this file as a script) --> command --> its children

The kernel closes the pipe when the parent dies, however it dies; the guard then kills everything
below it. Orphans of the command are handed to the guard (child subreaper), so none gets away.
"""

import contextlib
import ctypes
import os
import pwd
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

_SET_PDEATHSIG = 1
_SET_CHILD_SUBREAPER = 36


def descendants(pid: int) -> list[int]:
    """All processes below `pid`, parents first; zombies are left out."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name in parentheses may hold spaces; what follows the last one is regular.
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                children.setdefault(int(parent), []).append(int(entry.name))
    found, look = [], [pid]
    while look:
        below = children.get(look.pop(), [])
        found += below
        look += below
    return found


def kill_descendants(pid: int, *, seconds: float = 20.0) -> None:
    """SIGKILL everything below `pid` until nothing is left."""
    end = time.monotonic() + seconds
    while (alive := descendants(pid)) and time.monotonic() < end:
        for one in alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        _reap()
        time.sleep(0.005)


class Guarded:
    """A command under guard: `kill` and the end of this process take its whole tree along."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        output: IO[bytes] | int | None = None,
        user: str | None = None,
    ) -> None:
        as_user = ["--user", user] if user else []
        self._guard = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, *as_user, "--", *command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT if output is not None else None,
            env=env,
            cwd=cwd,
            start_new_session=True,
        )

    @property
    def pids(self) -> list[int]:
        """The command and everything that it started; empty when it has ended."""
        # The number of a process that has ended may by now be that of somebody else's.
        return descendants(self._guard.pid) if self._guard.poll() is None else []

    @property
    def returncode(self) -> int | None:
        """None while the command runs."""
        return self._guard.poll()

    def signal(self, number: int) -> None:
        """Send a signal to the command itself (the guard passes it on)."""
        if self._guard.poll() is None:
            self._guard.send_signal(number)

    def wait(self, seconds: float) -> bool:
        """Whether the command has ended within that time."""
        try:
            self._guard.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        self._close_pipe()
        return True

    def kill(self) -> None:
        """SIGKILL the whole tree and wait until it is gone."""
        for pid in self.pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        # Closing the pipe makes the guard finish whatever was born in between.
        self._close_pipe()
        self._guard.wait()

    def _close_pipe(self) -> None:
        if self._guard.stdin is not None:
            self._guard.stdin.close()


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _identity(user: str | None) -> dict:
    if user is None or os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _guard(arguments: list[str]) -> int:
    """Run the command until it ends or standard input closes; nothing below survives."""
    split = arguments.index("--")
    user = arguments[1] if arguments[0] == "--user" else None
    prctl = ctypes.CDLL(None).prctl
    prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    child = subprocess.Popen(
        arguments[split + 1 :],
        stdin=subprocess.DEVNULL,
        # Should the guard itself be killed, the kernel ends at least the command.
        preexec_fn=lambda: prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0),  # noqa: PLW1509
        **_identity(user),
    )
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
        signal.signal(number, lambda received, _frame: child.send_signal(received))
    child_ended = os.pidfd_open(child.pid)
    ready, _, _ = select.select([sys.stdin.fileno(), child_ended], [], [])
    code = child.wait() if child_ended in ready else 0
    kill_descendants(os.getpid())
    _reap()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(_guard(sys.argv[1:]))
