"""The embedded system as a process of its own, to be killed and started again on the same VAR."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from local.ports import free_port
from shared.demo.client import Endpoints
from shared.embedded import service_env
from shared.local_secrets import local_secrets, password
from shared.service import App, find_services
from shared.settings import read_settings
from system.site import Site
from system.waiting import wait_until

START_S = 300.0
MODULE = "shared.embedded"


class Embedded:
    """`python -m shared.embedded` without samples, in a process group of its own."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.port = free_port()
        self.output = var / "output.log"
        var.mkdir(parents=True, exist_ok=True)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Embedded":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill_group()

    def start(self) -> float:
        """Start, and return the seconds until it said READY."""
        began = time.monotonic()
        self._process = self.launch()
        wait_until(self._is_ready, "READY", within=START_S, poll=0.05, why=self.said)
        return time.monotonic() - began

    def launch(self) -> subprocess.Popen[bytes]:
        """Start a process on this VAR and port, and say no more about it."""
        with self.output.open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", MODULE],
                env=self.env,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def env(self) -> Mapping[str, str]:
        """The environment that it is started with."""
        return {**os.environ, "VAR": str(self.var), "PORT": str(self.port), "DEMO": "0"}

    @property
    def master(self) -> int:
        """The process that was started."""
        assert self._process is not None
        return self._process.pid

    @property
    def workers(self) -> set[int]:
        """The processes that the master forked to do the work: one, or for a moment none."""
        return {pid for pid in self.pids() if pid != self.master and MODULE in _command(pid)}

    def pids(self) -> list[int]:
        """Every living process that was started on this VAR, whoever is its parent now."""
        mark = f"VAR={self.var}".encode()
        return [pid for pid in _processes() if mark in _environment(pid)]

    def kill_group(self) -> None:
        """SIGKILL all of it at once."""
        if self._process is None:
            return
        for pid in self.pids():
            _kill(pid)
        self._process.wait()
        wait_until(lambda: not self.pids(), "all processes are gone", within=60, why=self.pids)

    def kill(self, pid: int) -> None:
        """SIGKILL one process only."""
        _kill(pid)
        if pid == self.master:
            assert self._process is not None
            self._process.wait()

    def interrupt(self) -> int:
        """Ctrl-C in its terminal: SIGINT to the whole group; returns the exit code."""
        os.killpg(self.master, signal.SIGINT)
        assert self._process is not None
        return self._process.wait(timeout=120)

    def said(self) -> str:
        """What it wrote since its last start."""
        return self.output.read_text(errors="replace")

    @contextmanager
    def site(self) -> Iterator[Site]:
        """The site that it is."""
        env = {**os.environ, **local_secrets(self.var)}
        with ExitStack() as opened:
            apps = {}
            for service in filter(lambda one: one.talks, find_services()):
                own = service_env(service, env=env, var=self.var)
                apps[service.name] = app = App(service, read_settings(service.settings, own))
                opened.callback(app.close)
            endpoints = Endpoints.embedded(f"http://127.0.0.1:{self.port}")
            yield Site(endpoints, password(self.var), apps, self.var)

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"it ended: {self.said()}"
        return "READY " in self.said()


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _environment(pid: int) -> list[bytes]:
    """The environment a process was started with; nothing of one that has ended."""
    return _read(pid, "environ").split(b"\0")


def _command(pid: int) -> str:
    return _read(pid, "cmdline").decode(errors="replace")


def _read(pid: int, name: str) -> bytes:
    try:
        return (Path("/proc") / str(pid) / name).read_bytes()
    except OSError:
        return b""


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
