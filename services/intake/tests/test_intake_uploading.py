"""Uploads to a process of intake's own: endless ones, cut ones, and kill -9 in the middle."""

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import made_files as made
import pytest
from web_process import LIMIT, Server, until

GIGABYTE = 2**30
_SECONDS = 60.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    yield server
    server.close()


def begun(server: Server, petition_id: str, *more: str) -> socket.socket:
    """A connection on which an upload has begun."""
    head = [
        f"POST /v1/petitions/{petition_id}/attachments HTTP/1.1",
        "Host: intake",
        f"Authorization: {server.headers()['Authorization']}",
        "Content-Type: multipart/form-data; boundary=x",
        *more,
    ]
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=_SECONDS)
    connection.sendall("\r\n".join([*head, "", ""]).encode())
    return connection


PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'


def poured(connection: socket.socket, piece: bytes, most: int) -> int:
    """How many bytes were taken before the server had enough of them."""
    sent = 0
    try:
        while sent < most:
            connection.sendall(piece)
            sent += len(piece)
    except OSError:
        pass
    return sent


def answer_on(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except OSError:
        return b""


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "in chunks"])
def test_a_gigabyte_is_cut_at_the_limit_without_filling_memory_or_disk(server, chunked):
    petition_id = server.register()
    before = server.peak_memory()
    how = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {GIGABYTE}"
    with begun(server, petition_id, how) as connection:
        data = b"\xff" * 65536
        piece = b"%x\r\n%s\r\n" % (len(data), data) if chunked else data
        connection.sendall(b"%x\r\n%s\r\n" % (len(PART), PART) if chunked else PART)
        largest = 0
        watching = threading.Event()

        def watch() -> None:
            nonlocal largest
            while not watching.wait(0.01):
                largest = max(largest, _size_of_open_files(server))

        watcher = threading.Thread(target=watch)
        watcher.start()
        taken = poured(connection, piece, GIGABYTE)
        said = answer_on(connection)
        watching.set()
        watcher.join()
    assert taken < GIGABYTE
    assert said == b"" or b"413" in said.splitlines()[0]
    assert largest <= LIMIT + 2**20
    assert server.peak_memory() - before < 16 * 2**20
    assert server.attach(petition_id, made.picture("PNG")).status_code == 201


def _size_of_open_files(server: Server) -> int:
    """The bytes of files without a name that the worker holds open."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    [worker] = children.read_text().split()
    sizes = []
    for one in Path(f"/proc/{worker}/fd").iterdir():
        try:
            if str(one.readlink()).startswith(str(server.temporary)):
                sizes.append(one.stat().st_size)
        except OSError:
            continue
    return sum(sizes)


def test_a_client_gets_the_reason_when_its_file_is_too_large(server):
    answer = server.attach(server.register(), bytes(LIMIT + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def _half_sent(server: Server, petition_id: str, content: bytes) -> None:
    body = PART + content
    with begun(server, petition_id, f"Content-Length: {len(body) + 20}") as connection:
        connection.sendall(body)
        until(lambda: _size_of_open_files(server) > len(content) // 2, "half of it is there")
        server.kill()


def _while(server: Server, petition_id: str, content: bytes, moment: Callable[[], Any]) -> None:
    """Send a file, and kill the server at a moment meanwhile."""
    answers: list[Any] = []

    def send() -> None:
        try:
            answers.append(server.attach(petition_id, content))
        except httpx.HTTPError as error:
            answers.append(error)

    sender = threading.Thread(target=send)
    sender.start()
    until(lambda: moment() or answers, "the moment has come")
    server.kill()
    sender.join()


def _is_examined(server: Server, petition_id: str, content: bytes) -> None:
    worker = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    [pid] = worker.read_text().split()

    def child() -> bool:
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return any((task / "children").read_text().strip() for task in tasks)

    _while(server, petition_id, content, child)


def _is_stored(server: Server, petition_id: str, content: bytes) -> None:
    _while(server, petition_id, content, lambda: any(server.storage.glob("??/*")))


def _is_answered(server: Server, petition_id: str, content: bytes) -> None:
    assert server.attach(petition_id, content).status_code == 201
    server.kill()


@pytest.mark.parametrize("killed_when", [_half_sent, _is_examined, _is_stored, _is_answered])
def test_killed_in_the_middle_nothing_is_half_done_and_sending_again_does_it(server, killed_when):
    petition_id = server.register()
    content = os.urandom(700_000)
    sent = made.picture("PNG", size=(700, 700))
    killed_when(server, petition_id, content if killed_when is _half_sent else sent)
    for row in server.attachments():
        assert (server.storage / row.storage_key[:2] / row.storage_key).exists()
    server.start()
    attached = server.attach(petition_id, sent).json()
    assert server.attach(petition_id, sent).json() == attached
    assert len(server.attachments()) == 1
    path = f"{server.url}/v1/petitions/{petition_id}/attachments/{attached['attachment_id']}/link"
    url = httpx.post(path, headers=server.headers()).json()["url"]
    kept = httpx.get(server.url + url)
    assert kept.status_code == 200
    assert len(kept.content) == attached["size"]
    assert list(server.temporary.iterdir()) == []


def test_many_uploads_at_once_leave_the_server_answering(server):
    petition_id = server.register()
    answers: list[int] = []
    threads = [
        threading.Thread(
            target=lambda n=n: answers.append(
                server.attach(petition_id, made.picture("PNG", size=(300 + n, 300))).status_code
            )
        )
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [201] * 8
    listed = httpx.get(
        f"{server.url}/v1/petitions/{petition_id}/attachments", headers=server.headers()
    )
    assert len(json.loads(listed.text)["items"]) == 8
