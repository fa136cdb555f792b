"""An OpenID Connect provider as a process of the test's own, which signs by RS256."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from local.guard import Guarded
from local.ports import free_port

_ESTABLISHED = "01"
"""The state of a connection in Linux's /proc/net/tcp."""


class Provider:
    """The provider at `issuer`; `person` tells it who there is, with their claims."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self._log = folder / "provider.log"
        self._process: Guarded | None = None

    def start(self) -> None:
        issuing, key = Path(__file__).with_name("issuing.py"), self._log.with_name("key.json")
        command = ["-W", "ignore", str(issuing), str(self.port), str(key)]
        with self._log.open("wb") as output:
            self._process = Guarded([sys.executable, *command], output=output)
        deadline = time.monotonic() + 120
        while True:
            try:
                httpx.get(f"{self.issuer}/jwks").raise_for_status()
                return
            except httpx.HTTPError:
                assert time.monotonic() < deadline, self._log.read_text()
                time.sleep(0.1)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process = None

    @contextmanager
    def silent(self) -> Iterator[None]:
        """The provider takes connections and answers none until the block ends."""
        assert self._process is not None
        pids = self._process.pids
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def has_unread(self) -> bool:
        """Whether a request has come that the silent provider has not read."""
        rows = (line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:])
        return any(
            int(local.rpartition(":")[2], 16) == self.port
            and state == _ESTABLISHED
            and int(queues.rpartition(":")[2], 16) > 0
            for _, local, _, state, queues, *_ in rows
        )

    def person(self, name: str, /, **claims: Any) -> None:
        httpx.put(f"{self.issuer}/users/{name}", json=claims).raise_for_status()

    def last(self, seconds: int) -> None:
        """How long tokens last that are given from now on."""
        httpx.put(f"{self.issuer}/life", json={"seconds": seconds}).raise_for_status()

    def lock(self, name: str) -> None:
        """Take back every refresh token of a person."""
        httpx.post(f"{self.issuer}/users/{name}/revoke-tokens").raise_for_status()


@contextmanager
def running(folder: Path) -> Iterator[Provider]:
    """A provider that runs until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    provider = Provider(folder)
    provider.start()
    try:
        yield provider
    finally:
        provider.stop()
