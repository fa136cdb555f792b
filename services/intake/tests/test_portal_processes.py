"""The public's routes in real web processes on PostgreSQL: killed, flooded, asked by many."""

import socket
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import made_files as made
import pytest
import sqlalchemy as sa
from portal import DRAFTS, MATTER
from web_process import LIMIT, Server, until

from intake import models

pytestmark = pytest.mark.servers
GIGABYTE = 2**30
_SECONDS = 60.0


@pytest.fixture
def server(tmp_path: Path, postgres_url: str) -> Iterator[Server]:
    server = Server(tmp_path, database_url=postgres_url)
    yield server
    server.close()


class Citizen:
    """Somebody with a draft at a real server."""

    def __init__(self, server: Server, **typed: Any) -> None:
        self.server = server
        begun = httpx.post(f"{server.url}{DRAFTS}", json=MATTER | typed).json()
        self.path = f"{DRAFTS}/{begun['draft_id']}"
        self.headers = {"Authorization": f"Bearer {begun['token']}", "If-Match": '"1"'}

    def submit(self) -> httpx.Response:
        url = f"{self.server.url}{self.path}/submit"
        return httpx.post(url, headers=self.headers, timeout=_SECONDS)

    def add(self, content: bytes) -> httpx.Response:
        sent = {"file": ("照片.png", content)}
        url = f"{self.server.url}{self.path}/files"
        return httpx.post(url, files=sent, headers=self.headers, timeout=_SECONDS)

    def read(self) -> Any:
        return httpx.get(f"{self.server.url}{self.path}", headers=self.headers).json()


def rows(server: Server, table: sa.Table) -> list[Any]:
    with server.app.db.read() as session:
        return list(session.execute(sa.select(table)).all())


def submitted_meanwhile(citizen: Citizen) -> tuple[threading.Thread, list[Any]]:
    answers: list[Any] = []

    def submit() -> None:
        try:
            answers.append(citizen.submit())
        except httpx.HTTPError as error:
            answers.append(error)

    sender = threading.Thread(target=submit)
    sender.start()
    return sender, answers


def _before_the_commit(citizen: Citizen) -> None:
    """Killed with everything written and nothing committed: another has the table locked."""
    server = citizen.server
    with server.app.db.engine.begin() as connection:
        connection.execute(sa.text("LOCK TABLE outbox IN SHARE MODE"))
        sender, _ = submitted_meanwhile(citizen)
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        with server.app.db.engine.connect() as watcher:
            until(lambda: watcher.scalar(sa.text(waiting)), "the submit waits for the lock")
        server.kill()
    sender.join()
    until(lambda: _sessions(server) == 0, "the server's transaction is gone")
    assert rows(server, models.petitions) == []
    assert len(rows(server, models.draft_files)) == 1


def _sessions(server: Server) -> int:
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND state <> 'idle' AND pid <> pg_backend_pid()"
    )
    with server.app.db.engine.connect() as connection:
        return int(connection.scalar(sa.text(others)) or 0)


def _between_commit_and_answer(citizen: Citizen) -> None:
    server = citizen.server
    sender, _ = submitted_meanwhile(citizen)
    until(lambda: rows(server, models.petitions), "the petition is committed")
    server.kill()
    sender.join()


def _after_the_answer(citizen: Citizen) -> None:
    assert citizen.submit().status_code == 201
    citizen.server.kill()


@pytest.mark.parametrize(
    "killed", [_before_the_commit, _between_commit_and_answer, _after_the_answer]
)
def test_killed_amid_a_submit_the_citizen_gets_one_petition_and_its_code(server, killed):
    citizen = Citizen(server)
    assert citizen.add(made.picture("PNG")).status_code == 201
    killed(citizen)
    server.start()
    receipt = citizen.submit().json()
    assert citizen.submit().json() == receipt
    (petition,) = rows(server, models.petitions)
    assert petition.petition_no == receipt["petition_no"]
    assert len(rows(server, models.attachments)) == 1
    assert rows(server, models.draft_files) == []
    path = f"{server.url}/v1/public/petitions/{receipt['petition_no']}/session"
    answer = httpx.post(path, json={"query_code": receipt["query_code"]})
    assert answer.status_code == 200


def test_a_gigabyte_for_a_draft_is_cut_at_the_limit(server):
    citizen = Citizen(server)
    before = server.peak_memory()
    head = [
        f"POST {citizen.path}/files HTTP/1.1",
        "Host: intake",
        f"Authorization: {citizen.headers['Authorization']}",
        "Content-Type: multipart/form-data; boundary=x",
        f"Content-Length: {GIGABYTE}",
    ]
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
    sent = 0
    with socket.create_connection(("127.0.0.1", server.port), timeout=_SECONDS) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode() + part)
        try:
            while sent < GIGABYTE:
                connection.sendall(b"\xff" * 65536)
                sent += 65536
        except OSError:
            pass
    assert sent < 64 * LIMIT
    assert server.peak_memory() - before < 32 * 2**20
    assert citizen.add(made.picture("PNG")).status_code == 201
    assert len(citizen.read()["files"]) == 1


RATES = "register=3/3,draft=100/100,change=9/5,upload=9/9,code=9/9,sign_in=9/9,account=9/9"


@pytest.fixture
def replicas(tmp_path: Path, postgres_url: str) -> Iterator[list[Server]]:
    """Two web processes of one office behind one trusted proxy."""
    servers = [
        Server(tmp_path, database_url=postgres_url, PUBLIC_RATES=RATES, TRUSTED_PROXIES="1")
        for _ in range(2)
    ]
    yield servers
    for server in servers:
        server.close()


def register(server: Server, forwarded: str) -> httpx.Response:
    headers = {"X-Forwarded-For": forwarded, "Idempotency-Key": str(uuid.uuid4())}
    return httpx.post(f"{server.url}/v1/public/petitions", json=MATTER, headers=headers)


def test_replicas_count_together_and_a_forged_header_changes_nothing(replicas):
    one, other = replicas
    claimed = [f"192.0.2.{n}, 203.0.113.7" for n in range(4)]
    answers = [
        register(server, header)
        for server, header in zip([one, other, one, other], claimed, strict=True)
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3600
    assert register(one, "203.0.113.8").status_code == 201


def test_requests_at_the_same_moment_are_counted_each(replicas):
    statuses: list[int] = []
    threads = [
        threading.Thread(
            target=lambda n=n: statuses.append(register(replicas[n % 2], "203.0.113.9").status_code)
        )
        for n in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201] * 3 + [429] * 7


def test_one_draft_is_read_and_changed_so_often_whatever_address_it_is_from(replicas):
    citizen = Citizen(replicas[0])
    statuses = []
    for n in range(6):
        headers = citizen.headers | {"X-Forwarded-For": f"203.0.113.{n}"}
        url = replicas[n % 2].url + citizen.path
        statuses.append(httpx.get(url, headers=headers).status_code)
    assert statuses == [200] * 5 + [429]
