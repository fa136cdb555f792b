"""What tests of notices share: an office that talks back, and servers of the tests' own."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from conftest import Desk

from intake import models
from intake.jobs.notices import send
from intake.service import SERVICE
from shared.testing import make_app

HERE = Path(__file__).parent
KEY = "0a8c1f5e7b3d9246a1c0e8f2b4d6957f"
PERSON = {"name": "欧阳晓峰", "phone": "13907312345", "email": "ouyang@example.cn"}
WAIT_S = 30


@contextlib.contextmanager
def process(script: str, folder: Path, *arguments: str) -> Iterator[int]:
    """A server of the test's own; gives its port, and ends it."""
    command = [sys.executable, str(HERE / script), str(folder), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield int(server.stdout.readline())
        finally:
            server.kill()


def eventually(ready: Callable[[], Any]) -> Any:
    """What `ready` gives once it gives anything."""
    ends = time.monotonic() + WAIT_S
    while not (found := ready()):
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.02)
    return found


class Gateway:
    """An SMS gateway in a process of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port

    def behave(self, mode: str) -> None:
        fresh = self.folder / "mode.new"
        fresh.write_text(mode)
        fresh.rename(self.folder / "mode")

    @property
    def took(self) -> list[dict[str, Any]]:
        path = self.folder / "took.jsonl"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    @property
    def settings(self) -> dict[str, str]:
        return {
            "NOTICE_SENDERS": "sms=http",
            "NOTICE_SMS_URL": f"http://127.0.0.1:{self.port}/sms",
            "NOTICE_SMS_SECRET": KEY,
            "NOTICE_OFFICE": "云屏区信访局",
            "NOTICE_TIMEOUT_SECONDS": "5",
        }


@contextlib.contextmanager
def gateway_in(folder: Path) -> Iterator[Gateway]:
    folder.mkdir(exist_ok=True)
    (folder / "mode").write_text("ok")
    with process("notice_gateway.py", folder, KEY) as port:
        yield Gateway(folder, port)


class Counter(Desk):
    """The desk of an office that talks back."""

    def send(self) -> None:
        """One run of the job."""
        send(self.app)

    @property
    def notices(self) -> list[Any]:
        return sorted(self.rows(models.notices), key=lambda notice: notice.seq)

    def of(self, petition_id: str) -> list[Any]:
        return [notice for notice in self.notices if notice.petition_id == petition_id]

    def statuses(self) -> list[str]:
        return [notice.status for notice in self.notices]

    def gateway_row(self, medium: str = "sms") -> Any:
        table = models.notice_gateways
        with self.app.db.read() as session:
            return session.execute(sa.select(table).where(table.c.medium == medium)).one()


@contextlib.contextmanager
def counter(
    folder: Path, *, url: str | None = None, clock: Any = None, **settings: str
) -> Iterator[Counter]:
    app = make_app(SERVICE, folder, database_url=url, clock=clock, **settings)
    try:
        yield Counter(app)
    finally:
        app.close()
