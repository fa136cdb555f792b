"""Intake's HTTP contract, as a channel that fetches is a client of it.

    POST /auth/token -> token
    POST /v1/petitions, .../supplements, .../attachments -> Answer

Capabilities: the same key for every try of the same thing; waits as long as it is told, or longer
and longer, while intake is away or busy, and gives up only when the process is to stop; a token is
made anew before it ends and when it is refused. Addresses carry ids alone, logs no answer's words.
"""

import hashlib
import json
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx

from shared.db import dumps
from shared.log import describe

log = logging.getLogger(__name__)

_WAIT_MOST_SECONDS = 300.0
_FIRST_WAIT_SECONDS = 0.5
_RENEW_BEFORE_SECONDS = 60.0
_FINAL = frozenset({400, 409, 413, 415, 422})
"""Answers that no repetition changes; whatever else is no success is tried again."""
_GONE = frozenset({404})
"""Final as well where it is asked about one petition; else the address of intake is wrong."""


class Stopped(Exception):
    """The process is to stop, and intake has not answered yet: nothing is settled."""


@dataclass(frozen=True)
class Answer:
    """What intake said at last."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        return self.status in (HTTPStatus.OK, HTTPStatus.CREATED)

    @property
    def known(self) -> bool:
        """Whether it was done before, under another key."""
        return self.body.get("code") == "already_registered"

    @property
    def reasons(self) -> list[dict[str, str]]:
        """Why it was refused, field by field, or in one sentence."""
        found = [
            {"about": str(one.get("field", "")), "reason": str(one.get("reason", ""))}
            for one in self.body.get("errors") or ()
            if isinstance(one, dict)
        ]
        said = self.body.get("detail") or self.body.get("title") or f"HTTP {self.status}"
        return found or [{"about": "", "reason": str(said)}]


def read_account(text: str) -> dict[str, str]:
    """Name and password from JSON {"username", "password"}; ValueError if it is not that."""
    found = _object(text.encode())
    if found.keys() != {"username", "password"} or not all(
        isinstance(value, str) and value for value in found.values()
    ):
        raise ValueError('the account must be JSON: {"username": …, "password": …}')
    return dict(found)


class Office:
    """Intake at `url`, to which the account's tokens are shown; used by many threads."""

    def __init__(
        self,
        *,
        url: str,
        token_url: str,
        account: Mapping[str, str],
        seconds: float,
        stop: threading.Event,
    ) -> None:
        self._http = httpx.Client(
            base_url=url.rstrip("/"),
            timeout=seconds,
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        )
        self._sign_in = (token_url, dict(account))
        self._stop = stop
        self._lock = threading.Lock()
        self._token, self._token_ends = "", 0.0

    def register(self, petition: Mapping[str, Any], *, key: str) -> Answer:
        """Register a petition."""
        return self._post_json("/v1/petitions", petition, key=key, final=_FINAL)

    def supplement(self, petition_id: str, said: Mapping[str, Any], *, key: str) -> Answer:
        """File a supplement with a petition."""
        path = f"/v1/petitions/{petition_id}/supplements"
        return self._post_json(path, said, key=key, final=_FINAL | _GONE)

    def attach(self, petition_id: str, *, name: str, media_type: str, data: bytes) -> Answer:
        """Attach a file to a petition; the same bytes are attached once."""
        path = f"/v1/petitions/{petition_id}/attachments"
        return self._answered(path, final=_FINAL | _GONE, files={"file": (name, data, media_type)})

    def close(self) -> None:
        self._http.close()

    def _post_json(
        self, path: str, body: Mapping[str, Any], *, key: str, final: frozenset[int]
    ) -> Answer:
        content = dumps(body).encode()
        wording = hashlib.sha256(content).hexdigest()[:16]
        headers = {"Content-Type": "application/json", "Idempotency-Key": f"{key}-{wording}"}
        return self._answered(path, final=final, content=content, headers=headers)

    def _answered(
        self,
        path: str,
        *,
        final: frozenset[int],
        headers: Mapping[str, str] | None = None,
        **sent: Any,
    ) -> Answer:
        """The first answer that is final; Stopped if the process is to stop before."""
        wait = _FIRST_WAIT_SECONDS
        while True:
            answer, told = self._tried(path, final, headers=dict(headers or {}), **sent)
            if answer is not None:
                return answer
            pause = max(wait, min(told, _WAIT_MOST_SECONDS))
            log.warning("intake does not take it now", extra={"wait_s": round(pause, 1)})
            if self._stop.wait(pause):
                raise Stopped
            wait = min(wait * 2, _WAIT_MOST_SECONDS)

    def _tried(
        self, path: str, final: frozenset[int], *, headers: dict[str, str], **sent: Any
    ) -> tuple[Answer | None, float]:
        """One try: its answer if that is final, else how long intake asks to be left alone."""
        try:
            headers["Authorization"] = f"Bearer {self._current_token()}"
            got = self._http.post(path, headers=headers, **sent)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
            log.warning("no answer of intake", extra={"cause": describe(error)})
            return None, 0.0
        if got.status_code == HTTPStatus.UNAUTHORIZED:
            self._forget_token()
        elif got.is_success or got.status_code in final:
            return Answer(got.status_code, _object(got.content)), 0.0
        log.warning("intake answered", extra={"status": got.status_code})
        return None, _seconds(got.headers.get("Retry-After"))

    def _current_token(self) -> str:
        with self._lock:
            if time.monotonic() > self._token_ends:
                url, account = self._sign_in
                got = self._http.post(url, json=account)
                got.raise_for_status()
                found = got.json()
                self._token = str(found["access_token"])
                lasts = float(found["expires_in"])
                self._token_ends = time.monotonic() + max(lasts - _RENEW_BEFORE_SECONDS, lasts / 2)
            return self._token

    def _forget_token(self) -> None:
        with self._lock:
            self._token_ends = 0.0


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _seconds(told: str | None) -> float:
    """What Retry-After asks for in seconds; the other form, a date, is not used by intake."""
    return float(told) if told and told.isascii() and told.isdigit() else 0.0
