"""A real city simulator in its own process, and a service that pushes to it."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.service import App
from shared.testing import make_app, make_event, sample_secrets
from sync_municipal.push import CityAway, Pusher
from sync_municipal.service import SERVICE

QUICK = {
    "PUSH_TIMEOUT_SECONDS": "0.4",
    "PUSH_LEASE_SECONDS": "30",
    "PUSH_BACKOFF_SECONDS": "1",
    "PUSH_BACKOFF_MOST_SECONDS": "8",
}


class CityProcess:
    """The simulator as others run it; `kill` is SIGKILL, `start` finds its data again."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = 0
        self.http = httpx.Client(
            headers={"Authorization": f"Bearer {sample_secrets()['CITY_TOKEN']}"}, trust_env=False
        )
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "sync_municipal", "city-simulator", "--with-parent"]
        command += ["--port", str(self.port), "--data", str(self.data)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"CITY_TOKEN": sample_secrets()["CITY_TOKEN"]},
        )
        assert self.process.stdout is not None
        ready, _, url = self.process.stdout.readline().strip().partition(" ")
        assert ready == "READY"
        self.port = int(url.rpartition(":")[2])

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        self.process.kill()
        self._gone()

    def end_of_parent(self) -> int:
        """Close its standard input, as the kernel does when the parent is killed."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self._gone()

    def _gone(self) -> int:
        code = self.process.wait(10)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()
        return code

    def behave(self, mode: str, **more: Any) -> None:
        self.http.put(f"{self.url}/_control", json={"mode": mode, **more}).raise_for_status()

    def forget(self) -> None:
        self.http.delete(f"{self.url}/cases").raise_for_status()

    def case(self, case_id: str) -> dict[str, Any] | None:
        answer = self.http.get(f"{self.url}/cases/{case_id}")
        return None if answer.status_code == httpx.codes.NOT_FOUND else answer.json()

    def cases(self) -> list[dict[str, Any]]:
        """All cases, page by page."""
        found: list[dict[str, Any]] = []
        after = ""
        while after is not None:
            page = self.http.get(f"{self.url}/cases", params={"after": after}).json()
            found += page["items"]
            after = page["next"]
        return found

    def request(self, key: str) -> dict[str, int]:
        return self.http.get(f"{self.url}/requests/{key}").json()

    def counts(self) -> dict[str, int]:
        return self.http.get(f"{self.url}/counts").json()


@pytest.fixture(scope="session")
def city_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CityProcess]:
    process = CityProcess(tmp_path_factory.mktemp("city") / "city.sqlite")
    yield process
    if process.is_alive:
        process.kill()
    process.http.close()


@pytest.fixture
def city(city_process: CityProcess) -> CityProcess:
    """A well-behaved city that knows nothing yet."""
    if not city_process.is_alive:
        city_process.start()
    city_process.behave("ok")
    city_process.forget()
    return city_process


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str | None:
    """PostgreSQL where a server is given, else None for SQLite."""
    given = os.environ.get("TEST_DATABASE_URL")
    return request.getfixturevalue("postgres_url") if given else None


@pytest.fixture
def app(tmp_path: Path, database_url: str | None) -> Iterator[App]:
    """The service without a city."""
    made = make_app(SERVICE, tmp_path, database_url=database_url, **QUICK)
    yield made
    made.close()


@pytest.fixture
def synced(tmp_path: Path, database_url: str | None, city: CityProcess) -> Iterator[App]:
    """The service with the simulated city."""
    made = make_app(SERVICE, tmp_path, database_url=database_url, CITY_URL=city.url, **QUICK)
    yield made
    made.close()


@pytest.fixture
def pusher(synced: App) -> Iterator[Pusher]:
    one = Pusher(synced, threading.Event())
    yield one
    one.close()


@pytest.fixture
def push_all() -> Callable[[Pusher], None]:
    """Push until nothing is left that is due now."""

    def run(pusher: Pusher) -> None:
        while True:
            try:
                if not pusher.run_once():
                    return
            except CityAway:
                continue

    return run


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    """Wait for a condition, 60 seconds at most."""

    def wait(condition: Callable[[], bool]) -> None:
        ends = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < ends, "waited for 60 seconds"
            time.sleep(0.02)

    return wait


STAGES = ("opened", "classified", "forwarded", "accepted", "replied", "served", "closed")
SAID = {
    "joined": {"petition_id": "p-2"},
    "declined": {"ground": "N1"},
    "channelled": {"route": "arbitration"},
    "review_opened": {"level": "review"},
    "review_decided": {"level": "review", "decision": "uphold"},
    "merged": {"into": "another-case"},
    "moved": {"action": "mediate", "action_name": "组织调解"},
    "noted": {"kind": "contact", "kind_name": "联系信访人", "unit": None, "due": None},
}


def _header(case_id: str, version: int, *, secret: bool) -> dict[str, Any]:
    at = "2026-03-02T01:30:00.000000Z"
    return {
        "case_id": case_id,
        "case_no": f"NO-{case_id}",
        "state": STAGES[version - 1],
        "petition_ids": [f"p-{case_id}"],
        "petition_nos": [f"PN-{case_id}"],
        "channel": "web",
        "purpose": "accusation" if secret else "petition",
        "secret": secret,
        "category": "transport.parking",
        "category_name": "停车管理",
        "lead_unit": "transport",
        "lead_unit_name": "交通运输局",
        "co_units": [],
        "clocks": [{"id": "D1", "due_day": "2026-03-17", "state": "running"}],
        "received_at": at,
        "classified_at": at if version > 1 else None,
        "petitioner_name": "王小明",
    }


@pytest.fixture
def story() -> Callable[..., list[bytes]]:
    """The events of one case from opened to the given version (7 = closed), oldest first."""

    def tell(
        case_id: str, *, last: int = 7, secret: bool = False, historical: bool = False
    ) -> list[bytes]:
        bodies = []
        for version in range(1, last + 1):
            stage = STAGES[version - 1]
            data: dict[str, Any] = {"header": _header(case_id, version, secret=secret)}
            if stage == "classified" and not secret:
                data |= {"title": f"关于{case_id}的诉求", "text": "楼下停车位被占用。"}
            if stage == "replied" and not secret:
                data |= {"reply": "已处理。"}
            bodies.append(
                make_event(
                    "routing",
                    f"case.{stage}.v1",
                    subject=case_id,
                    version=version,
                    data=data,
                    historical=historical,
                    event_id=f"{case_id}-{version}",
                )
            )
        return bodies

    return tell


@pytest.fixture
def step() -> Callable[..., bytes]:
    """One event of any type at any version of a case; `more` goes into the header."""

    def tell(case_id: str, verb: str, version: int, *, secret: bool = False, **more: Any) -> bytes:
        header = _header(case_id, 2, secret=secret) | {"state": verb}
        return make_event(
            "routing",
            f"case.{verb}.v1",
            subject=case_id,
            version=version,
            data={"header": header | more, **SAID.get(verb, {})},
            event_id=f"{case_id}-{version}",
        )

    return tell
