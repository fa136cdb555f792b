"""An HTTP client that costs next to nothing: it shares the machine with what it measures.

One kept-open connection, JSON in and out, no redirects, no chunked answers (none is sent here).
"""

import json
import select
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


class Broken(Exception):
    """The connection ended before the answer did."""


@dataclass(frozen=True)
class Answer:
    """A status and the JSON that came with it."""

    status: int
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def succeeded(answer: Answer) -> Answer:
    """A success; what was answered instead ends the run."""
    if not answer.is_success:
        raise RuntimeError(f"answered {answer.status}: {answer.body.decode()}")
    return answer


def good(answer: Answer) -> dict[str, Any]:
    """The JSON of a success."""
    found: dict[str, Any] = succeeded(answer).json
    return found


class Wire:
    """One connection to a service, signed in; used by one thread."""

    def __init__(self, url: str, token: str) -> None:
        where = urlsplit(url)
        self._address = (where.hostname, where.port)
        self._head = f"Host: {where.netloc}\r\nAuthorization: Bearer {token}\r\n"
        self._socket: socket.socket | None = None

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(self, path: str) -> Answer:
        return self._ask(f"GET {path} HTTP/1.1\r\n{self._head}\r\n".encode())

    def post(self, path: str, body: Any, *, key: str, version: int | None = None) -> Answer:
        """Post JSON with its Idempotency-Key and, for an update, its If-Match."""
        match = "" if version is None else f'If-Match: "{version}"\r\n'
        return self._send("POST", path, body, f"Idempotency-Key: {key}\r\n{match}")

    def put(self, path: str, body: Any) -> Answer:
        return self._send("PUT", path, body, "")

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, method: str, path: str, body: Any, more: str) -> Answer:
        sent = json.dumps(body, ensure_ascii=False).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\n{self._head}{more}Content-Type: application/json\r\n"
            f"Content-Length: {len(sent)}\r\n\r\n"
        )
        return self._ask(head.encode() + sent)

    def _ask(self, request: bytes) -> Answer:
        if self._socket is not None and _ended(self._socket):
            self.close()
        if self._socket is None:
            self._socket = socket.create_connection(self._address, timeout=60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._socket.sendall(request)
            return self._read(self._socket)
        except OSError as error:
            self.close()
            raise Broken(str(error)) from error
        except Broken:
            self.close()
            raise

    @staticmethod
    def _read(connection: socket.socket) -> Answer:
        got = b""
        while (end := got.find(b"\r\n\r\n")) < 0:
            got += _more(connection)
        head = got[:end].lower()
        _, _, after = head.partition(b"content-length:")
        length = int(after.partition(b"\r\n")[0])
        while len(got) < end + 4 + length:
            got += _more(connection)
        return Answer(int(got[9:12]), got[end + 4 :])


def _ended(connection: socket.socket) -> bool:
    """Whether the server has closed an idle connection: it says nothing else unasked."""
    watch = select.poll()
    watch.register(connection, select.POLLIN)
    return bool(watch.poll(0))


def _more(connection: socket.socket) -> bytes:
    got = connection.recv(65_536)
    if not got:
        raise Broken("the connection was closed")
    return got
