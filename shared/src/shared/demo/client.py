"""A small HTTP client for the whole system: signs in, retries what it may, explains errors."""

import json
import random
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

SERVICES = ("intake", "routing", "supervision", "satisfaction", "sync-municipal")
_TRY_AGAIN = frozenset({429, 502, 503, 504})
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.2, 10.0
_REFRESH_BEFORE = 0.1  # of a token's life
_UNAUTHORISED, _FORBIDDEN = 401, 403


class DemoError(Exception):
    """Something that the person at the keyboard must know; the message is for them."""


class ApiError(DemoError):
    """An answer that is no success, in the words of its problem+json body."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        try:
            body = response.json()
        except ValueError:
            body = {}
        self.problem: dict[str, Any] = body if isinstance(body, dict) else {}
        self.code = str(self.problem.get("code", ""))
        request = response.request
        said = self.problem.get("detail") or self.problem.get("title") or response.text[:200]
        reasons = "；".join(
            f"{e.get('field')}：{e.get('reason')}"
            for e in self.problem.get("errors") or ()
            if isinstance(e, dict)
        )
        super().__init__(
            f"{request.method} {request.url.path} -> {self.status}：{said}"
            + (f"（{reasons}）" if reasons else "")
        )


@dataclass(frozen=True)
class Endpoints:
    """Where each service, and the issuer of tokens ("auth"), is reached."""

    urls: Mapping[str, str]

    @classmethod
    def embedded(cls, base: str) -> "Endpoints":
        """All services behind one address, each under its name."""
        root = base.rstrip("/")
        return cls({"auth": root} | {name: f"{root}/{name}" for name in SERVICES})

    @classmethod
    def from_file(cls, path: Path) -> "Endpoints":
        """A JSON object of name -> URL; DemoError when one is missing."""
        try:
            urls = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise DemoError(f"无法读取服务地址文件 {path}：{error}") from error
        missing = [n for n in ("auth", *SERVICES) if not isinstance(urls, dict) or n not in urls]
        if missing:
            raise DemoError(f"服务地址文件 {path} 缺少：{'、'.join(missing)}")
        return cls({name: str(url).rstrip("/").removesuffix("/auth") for name, url in urls.items()})

    def url(self, service: str, path: str) -> str:
        """The full address of `path` at `service`."""
        return self.urls[service] + path


class Client:
    """One account's connection; may be shared by threads.

    A call that got no answer, or 429, 502, 503 or 504, is repeated with the same Idempotency-Key
    for up to `patience` seconds, so a service that restarts is waited for.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        *,
        username: str,
        password: str,
        patience: float = 120.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.endpoints = endpoints
        self.username = username
        self._password = password
        self._patience = patience
        self._http = httpx.Client(
            timeout=30.0, transport=transport, headers={"Accept-Language": "zh"}, trust_env=False
        )
        self._lock = threading.Lock()
        self._token = ""
        self._fresh_until = 0.0

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, service: str, path: str, **params: Any) -> dict[str, Any]:
        """The JSON at `path`."""
        return self._call("GET", service, path, params=params or None)

    def pages(self, service: str, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """Every item of a keyset-paged list."""
        cursor: dict[str, str] = {}
        while True:
            page = self.get(service, path, **params, **cursor)
            yield from page["items"]
            if not page.get("next_cursor"):
                return
            cursor = {"cursor": page["next_cursor"]}

    def put(self, service: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Create or replace what is at `path`."""
        return self._call("PUT", service, path, json=dict(body))

    def post(
        self,
        service: str,
        path: str,
        body: Mapping[str, Any],
        *,
        key: str | None = None,
        version: object = None,
    ) -> dict[str, Any]:
        """Post once, however often it must be sent; `version` is the If-Match of an update."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        if version is not None:
            headers["If-Match"] = '"' + str(version).strip('"') + '"'
        return self._call("POST", service, path, json=dict(body), headers=headers)

    def _call(self, method: str, service: str, path: str, **send: Any) -> dict[str, Any]:
        headers = send.pop("headers", {})
        url = self.endpoints.url(service, path)
        for renew in (False, True):
            bearer = {"Authorization": f"Bearer {self._bearer(renew=renew)}"}
            response = self._send(method, url, headers=headers | bearer, **send)
            if response.status_code != _UNAUTHORISED:
                break
        return self._read(response)

    def _send(self, method: str, url: str, **send: Any) -> httpx.Response:
        give_up = time.monotonic() + self._patience
        wait = _FIRST_WAIT_S
        while True:
            try:
                response = self._http.request(method, url, **send)
                if response.status_code not in _TRY_AGAIN or time.monotonic() > give_up:
                    return response
                asked = response.headers.get("Retry-After", "")
                wait = max(wait, min(float(asked), 60.0)) if asked.isdigit() else wait
            except httpx.TransportError as error:
                if time.monotonic() > give_up:
                    raise DemoError(f"无法连接 {url}：{error}") from error
            time.sleep(wait * random.uniform(0.7, 1.3))  # noqa: S311 - jitter, no secret
            wait = min(wait * 2, _LONGEST_WAIT_S)

    def _bearer(self, *, renew: bool) -> str:
        with self._lock:
            if renew or time.monotonic() >= self._fresh_until:
                asked = time.monotonic()
                response = self._send(
                    "POST",
                    self.endpoints.url("auth", "/auth/token"),
                    json={"username": self.username, "password": self._password},
                )
                answer = self._read(response)
                self._token = answer["access_token"]
                self._fresh_until = asked + float(answer["expires_in"]) * (1 - _REFRESH_BEFORE)
            return self._token

    @staticmethod
    def _read(response: httpx.Response) -> dict[str, Any]:
        if response.is_success:
            try:
                body: dict[str, Any] = response.json() if response.content else {}
            except ValueError as error:
                raise DemoError(f"{response.request.url.path} 的回答不是 JSON") from error
            return body
        raise ApiError(response)


def ask(clients: Sequence[Client], service: str, path: str) -> dict[str, Any]:
    """The JSON at `path`, asked by the first of `clients` whose role may read it."""
    *others, last = clients
    for client in others:
        try:
            return client.get(service, path)
        except ApiError as error:
            if error.status != _FORBIDDEN:
                raise
    return last.get(service, path)
