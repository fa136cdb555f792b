"""Services asked over HTTP, several at once where a page needs several.

    page -> Ask, Ask, ... -> Services.ask_all -> intake, routing, supervision ... -> Answer each

Capabilities: each answer within `seconds` or none; reads and keyed posts are tried once more where
a kept connection was closed meanwhile; an answer that is no JSON is none. Nobody's words, names or
numbers stand in an address: paths carry ids, bodies the rest.
"""

import contextvars
import json
import logging
import re
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx

from console.asking.answers import Answer
from shared import trace
from shared.log import correlation_id, describe
from shared.metrics import Metrics
from shared.peers import InProcess
from shared.trace import Tracer

log = logging.getLogger(__name__)

NAMES = ("intake", "routing", "supervision", "satisfaction", "sync-municipal", "auth")
_AT_ONCE = 24
_KEPT_S = 30.0
_FILE_SECONDS = 60.0
_ID = re.compile(r"(?<=/)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=/|\Z)")


@dataclass(frozen=True)
class Ask:
    """One request to one service. `route` names it where it is counted and traced."""

    service: str
    method: str
    path: str
    route: str
    params: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    key: str | None = None
    version: int | str | None = None
    files: Mapping[str, Any] | None = None


def get(service: str, path: str, *, route: str = "", **params: Any) -> Ask:
    """A read; parameters that are None or empty are left out."""
    kept = {name: value for name, value in params.items() if value not in (None, "", [])}
    return Ask(service, "GET", path, route or _route(path), params=kept)


def post(
    service: str,
    path: str,
    body: Any = None,
    *,
    route: str = "",
    key: str | None = None,
    version: int | str | None = None,
    files: Mapping[str, Any] | None = None,
) -> Ask:
    """A change; `key` makes it safe to send again, `version` is the one that it changes."""
    return Ask(
        service,
        "POST",
        path,
        route or _route(path),
        body=body,
        key=key,
        version=version,
        files=files,
    )


def put(
    service: str, path: str, body: Any, *, route: str = "", version: int | str | None = None
) -> Ask:
    """A replacement."""
    return Ask(service, "PUT", path, route or _route(path), body=body, version=version)


def patch(
    service: str, path: str, body: Any, *, route: str = "", version: int | str | None = None
) -> Ask:
    """A change of the fields that are sent."""
    return Ask(service, "PATCH", path, route or _route(path), body=body, version=version)


def delete(service: str, path: str, *, route: str = "") -> Ask:
    """A removal."""
    return Ask(service, "DELETE", path, route or _route(path))


def _route(path: str) -> str:
    """A path without its ids: what is counted must not grow with what there is."""
    return _ID.sub("{id}", path)


class Services:
    """All services at their addresses or in this process; safe to use from many threads."""

    def __init__(
        self,
        *,
        urls: Mapping[str, str],
        here: Mapping[str, Any],
        seconds: float,
        tracer: Tracer,
        metrics: Metrics,
    ) -> None:
        self._tracer = tracer
        self._metrics = metrics
        self._clients = {
            name: _client(name, url=urls.get(name, ""), wsgi=here.get(name), seconds=seconds)
            for name in NAMES
            if urls.get(name) or name in here
        }
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="asking")

    def ask(
        self, ask: Ask, *, token: str | None, language: str, address: str | None = None
    ) -> Answer:
        """The service's answer; never raises. `address` is that of whoever looks at the page."""
        client = self._clients.get(ask.service)
        if client is None:
            return Answer(None)
        parent = trace.current.get()
        began_ns, span = time.time_ns(), self._tracer.begin(parent)
        headers = _headers(ask, token=token, language=language, address=address, span=span)
        began = time.monotonic()
        try:
            answer = _sent(client, ask, headers)
        except Exception as error:  # noqa: BLE001 - whatever the network is like, there is no answer
            log.warning("no answer", extra={"peer": ask.service, "cause": describe(error)})
            answer = Answer(None)
        self._count(ask, answer.status, began=began)
        self._tracer.end(
            f"{ask.method} {ask.route}",
            "client",
            span,
            parent=parent,
            began_ns=began_ns,
            attributes={
                "http.request.method": ask.method,
                "http.route": ask.route,
                "http.response.status_code": answer.status or 0,
            },
            failed=answer.away,
        )
        return answer

    def ask_all(
        self,
        asks: Mapping[str, Ask],
        *,
        token: str | None,
        language: str,
        address: str | None = None,
    ) -> dict[str, Answer]:
        """The answers by name, asked at the same time."""
        if len(asks) == 1:
            ((name, only),) = asks.items()
            return {name: self.ask(only, token=token, language=language, address=address)}
        running = {}
        for name, one in asks.items():
            context = contextvars.copy_context()
            running[name] = self._pool.submit(
                context.run, self.ask, one, token=token, language=language, address=address
            )
        return {name: future.result() for name, future in running.items()}

    def file(
        self, ask: Ask, *, token: str | None, language: str, address: str | None = None
    ) -> "File":
        """A file piece by piece, or why there is none."""
        client = self._clients.get(ask.service)
        if client is None:
            return File(Answer(None))
        headers = _headers(
            ask, token=token, language=language, address=address, span=trace.current.get()
        )
        began = time.monotonic()
        request = client.build_request(
            ask.method, ask.path, params=dict(ask.params), headers=headers, timeout=_FILE_SECONDS
        )
        try:
            response = client.send(request, stream=True)
        except httpx.HTTPError as error:
            log.warning("no answer", extra={"peer": ask.service, "cause": describe(error)})
            self._count(ask, None, began=began)
            return File(Answer(None))
        self._count(ask, response.status_code, began=began)
        if response.is_success:
            return File(Answer(response.status_code, headers=response.headers), response)
        response.read()
        response.close()
        return File(_answer(response))

    def _count(self, ask: Ask, status: int | None, *, began: float) -> None:
        self._metrics.asked(
            ask.service, ask.method, ask.route, status=status, seconds=time.monotonic() - began
        )

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
        for client in self._clients.values():
            client.close()


@dataclass(frozen=True)
class File:
    """An answer whose body is a file, not read yet where it is `ok`."""

    answer: Answer
    _response: httpx.Response | None = None

    def pieces(self) -> Iterator[bytes]:
        """The bytes; the connection is given back at their end."""
        if self._response is not None:
            try:
                yield from self._response.iter_bytes()
            finally:
                self._response.close()


def _client(name: str, *, url: str, wsgi: Any, seconds: float) -> httpx.Client:
    return httpx.Client(
        base_url=url or f"http://{name}",
        timeout=seconds,
        trust_env=False,
        limits=httpx.Limits(keepalive_expiry=_KEPT_S),
        transport=None if url or wsgi is None else InProcess(wsgi),
    )


def _headers(
    ask: Ask,
    *,
    token: str | None,
    language: str,
    span: str | None,
    address: str | None = None,
) -> dict[str, str]:
    headers = {"Accept-Language": language}
    if address:
        # Services count requests of the public by it; without it all citizens were one.
        headers["X-Forwarded-For"] = address
    if span:
        headers["traceparent"] = span
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if ask.key:
        headers["Idempotency-Key"] = ask.key
    if ask.version is not None:
        headers["If-Match"] = f'"{ask.version}"'
    if (request_id := correlation_id.get()) is not None:
        headers["X-Request-ID"] = request_id
    return headers


def _sent(client: httpx.Client, ask: Ask, headers: Mapping[str, str]) -> Answer:
    safe = ask.method == "GET" or (ask.key is not None and ask.files is None)
    for last_try in (not safe, True):
        try:
            response = client.request(
                ask.method,
                ask.path,
                params=dict(ask.params),
                json=ask.body,
                files=ask.files,
                headers=headers,
                timeout=_FILE_SECONDS if ask.files else httpx.USE_CLIENT_DEFAULT,
            )
        except (httpx.RemoteProtocolError, httpx.ReadError):
            if last_try:
                raise
            continue
        return _answer(response)
    raise AssertionError("unreachable")


def _answer(response: httpx.Response) -> Answer:
    try:
        body = json.loads(response.content) if response.content else None
    except ValueError:
        body = None
        if response.is_success:
            return Answer(None)
    return Answer(response.status_code, body, response.headers)
