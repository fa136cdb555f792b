"""Stands before intake as a proxy, and looks at how a channel's own client goes on.

Each new Idempotency-Key is the subject of the next lesson: the answer is passed on, lost, or
there is none for the office is busy or away. Whatever is forwarded really is registered.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from intake.tools.conformance.findings import OK, OPEN, WRONG, Finding

BUSY_SECONDS = 2
_GROWS = 1.2
_SETTLED_SECONDS = 5.0
_PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Answer:
    """What the proxy answers; `lost` closes the connection after intake has answered."""

    status: int
    body: bytes = b""
    content_type: str = _PROBLEM
    retry_after: int | None = None
    lost: bool = False


@dataclass(frozen=True)
class Lesson:
    """One behaviour of the office, shown to one petition; `plays` its answers, then forwards."""

    point: str
    plays: tuple[Answer | None, ...]
    """What each try is answered; None forwards and loses the answer."""
    last: Answer | None = None
    """What every later try is answered; without it it is forwarded."""
    judge: "Callable[[Sequence[Try]], str | None]" = lambda _tries: None


@dataclass(frozen=True)
class Try:
    """One request for a petition: when, with what, and what it was answered."""

    at: float
    body: bytes
    status: int


def _problem(status: int, code: str, detail: str, **more: Any) -> bytes:
    body = {"type": "about:blank", "title": code, "status": status, "code": code, "detail": detail}
    return json.dumps(body | more, ensure_ascii=False).encode()


_BUSY = Answer(429, _problem(429, "too_many_requests", "请求过多。"), retry_after=BUSY_SECONDS)
_AWAY = Answer(503, _problem(503, "unavailable", "暂时不能办理。"))
_REFUSED = Answer(
    422,
    _problem(
        422,
        "invalid",
        "请求内容有误，请按提示更正。",
        errors=[{"field": "title", "reason": "接入测试：本件模拟被拒绝。"}],
    ),
)


def _waited_as_told(tries: Sequence[Try]) -> str | None:
    if tries[1].at - tries[0].at < BUSY_SECONDS:
        return f"Retry-After为{BUSY_SECONDS}秒，{tries[1].at - tries[0].at:.1f}秒后就重发"
    return None


def _waited_longer(tries: Sequence[Try]) -> str | None:
    first, second = tries[1].at - tries[0].at, tries[2].at - tries[1].at
    if second < first * _GROWS:
        return f"重发间隔没有加长：{first:.1f}秒、{second:.1f}秒"
    return None


def _left_alone(tries: Sequence[Try]) -> str | None:
    return f"422后又发了{len(tries) - 1}次，应当停下由人处理" if len(tries) > 1 else None


LESSONS = (
    Lesson("正常登记", ()),
    Lesson("回答丢失后，以同一Idempotency-Key、同一内容重发", (None,)),
    Lesson("429后，等到Retry-After再重发", (_BUSY,), judge=_waited_as_told),
    Lesson("503后重发，间隔逐次加长", (_AWAY, _AWAY), judge=_waited_longer),
    Lesson("422后不再重发，留待人工处理", (_REFUSED,), last=_REFUSED, judge=_left_alone),
)


_ATTACHING = re.compile(r"/v1/petitions/[^/]+/attachments\Z")
"""Attachments go through as they are: the lessons are about petitions."""


@dataclass
class _Pupil:
    """What is known of one petition that the client sends."""

    lesson: Lesson | None
    tries: list[Try] = field(default_factory=list)


class Proxy:
    """Answers a channel's client on a port of this machine, and keeps what it did."""

    def __init__(self, *, upstream: httpx.Client, channel: str, host: str, port: int) -> None:
        self._upstream = upstream
        self._channel = channel
        self._pupils: dict[str, _Pupil] = {}
        self._habits: dict[str, str] = {}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer((host, port), _handler_for(self))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> "Proxy":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where the client is to post to."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """What one request is answered by the lesson that its petition has."""
        if _ATTACHING.match(path):
            return self._forward(path, headers, body)
        began = time.monotonic()
        key = headers.get("idempotency-key", "")
        with self._lock:
            self._look(path, headers, body)
            pupil = self._pupils.get(key)
            if pupil is None:
                taken = {id(one.lesson) for one in self._pupils.values()}
                free = (lesson for lesson in LESSONS if id(lesson) not in taken)
                pupil = self._pupils[key] = _Pupil(next(free, None))
            number = len(pupil.tries)
            played, shown = _played(pupil.lesson, number)
            pupil.tries.append(Try(began, body, shown.status if shown else 0))
        if shown is not None:
            return shown
        answer = self._forward(path, headers, body)
        with self._lock:
            pupil.tries[number] = Try(began, body, answer.status)
        return replace(answer, lost=True) if played else answer

    def is_done(self) -> bool:
        """Whether every lesson has come to its end, and the last one was left alone for a while."""
        now = time.monotonic()
        with self._lock:
            pupils = {id(pupil.lesson): pupil for pupil in self._pupils.values()}
            found = [pupils.get(id(lesson)) for lesson in LESSONS]
        return all(
            pupil is not None
            and len(pupil.tries) > len(lesson.plays) - (lesson.last is not None)
            and (lesson.last is None or now - pupil.tries[-1].at > _SETTLED_SECONDS)
            for lesson, pupil in zip(LESSONS, found, strict=True)
        )

    def findings(self) -> list[Finding]:
        """How the client went on in each lesson, and what its requests looked like."""
        with self._lock:
            pupils = {id(pupil.lesson): pupil for pupil in self._pupils.values()}
            habits = dict(self._habits)
        found = [_judged(lesson, pupils.get(id(lesson))) for lesson in LESSONS]
        seen = bool(pupils)
        return [
            *found,
            *(
                Finding(
                    point, WRONG if point in habits else OK if seen else OPEN, habits.get(point, "")
                )
                for point in _HABITS
            ),
        ]

    def _look(self, path: str, headers: dict[str, str], body: bytes) -> None:
        """Hold a request against what every request should be like; the first fault is kept."""
        try:
            sent = json.loads(body)
        except ValueError:
            sent = None
        content = sent if isinstance(sent, dict) else {}
        for point, fault in _HABITS.items():
            why = fault(path, headers, content, self._channel)
            if why:
                self._habits.setdefault(point, why)

    def _forward(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        passed: dict[str, str] = {
            name: headers[name]
            for name in ("content-type", "idempotency-key", "accept-language")
            if name in headers
        }
        try:
            got = self._upstream.post(path, content=body, headers=passed)
        except httpx.HTTPError as error:
            return Answer(502, _problem(502, "bad_gateway", f"连不上受理系统：{error}"))
        return Answer(got.status_code, got.content, got.headers.get("Content-Type", _PROBLEM))


_Fault = Callable[[str, dict[str, str], dict[str, Any], str], str | None]


def _path(path: str, _headers: dict[str, str], _sent: dict[str, Any], _channel: str) -> str | None:
    return None if path == "/v1/petitions" else f"发到了{path}"


def _media(_path: str, headers: dict[str, str], _sent: dict[str, Any], _channel: str) -> str | None:
    kind = headers.get("content-type", "")
    return None if kind.partition(";")[0].strip() == "application/json" else f"Content-Type为{kind}"


def _key(_path: str, headers: dict[str, str], _sent: dict[str, Any], _channel: str) -> str | None:
    return None if headers.get("idempotency-key") else "有请求没有Idempotency-Key"


def _code(_path: str, _headers: dict[str, str], sent: dict[str, Any], channel: str) -> str | None:
    said = sent.get("channel")
    return None if said == channel else f"channel为{said}"


def _reference(
    _path: str, _headers: dict[str, str], sent: dict[str, Any], _channel: str
) -> str | None:
    return None if sent.get("external_ref") else "有请求没有external_ref"


def _received(
    _path: str, _headers: dict[str, str], sent: dict[str, Any], _channel: str
) -> str | None:
    return None if sent.get("received_at") else "有请求没有received_at，受理期限会从登记时起算"


_HABITS: dict[str, _Fault] = {
    "请求发到POST /v1/petitions": _path,
    "请求为application/json": _media,
    "每件有自己的Idempotency-Key": _key,
    "channel为本渠道代码": _code,
    "带来源编号external_ref": _reference,
    "带收到时间received_at": _received,
}


def _played(lesson: Lesson | None, number: int) -> tuple[bool, Answer | None]:
    """Whether a try is part of the lesson, and what it is answered without asking intake."""
    if lesson is None:
        return False, None
    if number < len(lesson.plays):
        return True, lesson.plays[number]
    return False, lesson.last


def _judged(lesson: Lesson, pupil: _Pupil | None) -> Finding:
    if pupil is None:
        return Finding(lesson.point, OPEN, "没有收到新的信访件")
    tries = pupil.tries
    if len({one.body for one in tries}) > 1:
        return Finding(lesson.point, WRONG, "同一Idempotency-Key重发时内容变了")
    if lesson.last is None:
        if len(tries) <= len(lesson.plays):
            return Finding(lesson.point, WRONG, f"发了{len(tries)}次后没有再发")
        if tries[-1].status not in (200, 201):
            return Finding(lesson.point, WRONG, f"最后应答{tries[-1].status}，没有登记上")
    why = lesson.judge(tries)
    return Finding(lesson.point, WRONG if why else OK, why or "")


def _handler_for(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Hands each POST to the proxy."""

        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Answer one POST, or close the connection where its answer is to be lost."""
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = proxy.answer(self.path, headers, body)
            if answer.lost:
                self.close_connection = True
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            if answer.retry_after is not None:
                self.send_header("Retry-After", str(answer.retry_after))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: addresses and petitions are nobody's business here."""

    return Handler
