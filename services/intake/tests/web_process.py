"""`python -m intake web` as a process of the test's own, killed and started again at will."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from intake import models
from intake.service import SERVICE
from local.ports import free_port
from shared.clock import SystemClock
from shared.testing import Office, make_app, sample_secrets

LIMIT = 2 * 2**20
_SECONDS = 60.0


def until(true: Callable[[], Any], what: str) -> Any:
    """What becomes true, as soon as it does."""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        if found := true():
            return found
        time.sleep(0.005)
    raise AssertionError(f"waited in vain until {what}")


class Server:
    """`python -m intake web` on files of the test's own, killed and started again at will."""

    def __init__(self, folder: Path, *, database_url: str | None = None, **settings: str) -> None:
        self.storage, self.temporary = folder / "attachments", folder / "tmp"
        self.temporary.mkdir(exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.app = make_app(SERVICE, folder, clock=SystemClock(), database_url=database_url)
        self.office = Office(self.app)
        self.env = {
            **os.environ,
            **sample_secrets(),
            "DATABASE_URL": self.app.db.url.render_as_string(hide_password=False),
            "ATTACHMENTS_URL": self.storage.as_uri(),
            "ATTACHMENT_BYTES": str(LIMIT),
            "TMPDIR": str(self.temporary),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "METRICS_PORT": "0",
            "WEB_THREADS": "4",
            **settings,
        }
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "intake", "web"],
            env=self.env,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until(self._is_alive, "intake answers")

    def kill(self) -> None:
        """SIGKILL to the server, its worker and whatever they had examine a file."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        self.kill()
        self.app.close()

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.office.token('registrar')}"}

    def register(self) -> str:
        matter = {"channel": "visit", "title": "路灯不亮", "content": "路灯坏了一个月。"}
        answer = httpx.post(f"{self.url}/v1/petitions", json=matter, headers=self.headers())
        return str(answer.json()["petition_id"])

    def attach(self, petition_id: str, content: bytes) -> httpx.Response:
        return httpx.post(
            f"{self.url}/v1/petitions/{petition_id}/attachments",
            files={"file": ("照片.png", content)},
            headers=self.headers(),
            timeout=_SECONDS,
        )

    def attachments(self) -> list[Any]:
        with self.app.db.read() as session:
            return list(session.execute(sa.select(models.attachments)).all())

    def peak_memory(self) -> int:
        """The most memory that the worker ever had, in bytes."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        [worker] = children.read_text().split()
        [line] = [
            line
            for line in Path(f"/proc/{worker}/status").read_text().splitlines()
            if line.startswith("VmHWM")
        ]
        return int(line.split()[1]) * 1024

    def _is_alive(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz").is_success
        except httpx.HTTPError:
            return False
