"""Any medium by a gateway that takes signed JSON over HTTP: an SMS provider's adapter, WeChat's.

    POST <NOTICE_SMS_URL>   Idempotency-Key: <notice>, webhook-* (see signing.py)
    {"id", "medium", "to", "title", "text"}
    <- 2xx {"reference": …}   taken; the same for the same key again
    <- 400, 422               refused for good: no such number
    <- 409                    the same key is being worked on: asked again later
    <- 429, 503 Retry-After   takes nothing now        <- 401, 403, 404, 3xx  wrongly set up
    <- other 5xx, no answer   failed on it, and may have taken it

Capabilities: one call a notice; delivery is told by the gateway's own call (POST
/v1/notices/{id}/delivery, as the client `channel:<medium>`); redirects are not followed, since the
number would go with them.
"""

import json
import time
from http import HTTPStatus
from typing import Any

import httpx

from intake.domain.notices import Message, Outcome, Verdict
from intake.senders import signing
from shared.db import dumps

_LONGEST_ANSWER = 65_536
_LONGEST_REFERENCE = 200
_REFUSED = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
_LATER = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_EARLY)
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_LONGEST_WAIT_S = 3600.0


def make(settings: Any, *, medium: str) -> "HttpGateway":
    """The gateway of NOTICE_<MEDIUM>_URL and _SECRET; ValueError where one is missing."""
    url = getattr(settings, f"notice_{medium}_url", "")
    secret = getattr(settings, f"notice_{medium}_secret", "")
    if not url.startswith(("https://", "http://")) or not secret:
        name = f"NOTICE_{medium.upper()}"
        raise ValueError(f"{name}_URL and {name}_SECRET are needed by the sender http")
    return HttpGateway(url=url, key=secret.encode(), timeout=settings.notice_timeout_seconds)


class HttpGateway:
    """Posts notices to one address."""

    def __init__(self, *, url: str, key: bytes, timeout: float) -> None:
        self.url, self.key, self.timeout = url, key, timeout
        self._trust = httpx.create_ssl_context(trust_env=False)
        self._http = self._client()

    def send(self, message: Message) -> Outcome:
        """Post one notice."""
        body = dumps(
            {
                "id": message.notice_id,
                "medium": message.medium,
                "to": message.to,
                "title": message.title,
                "text": message.text,
            }
        ).encode()
        sent = {
            "Content-Type": "application/json",
            "Idempotency-Key": message.notice_id,
            **signing.headers(
                self.key, message_id=message.notice_id, at=int(time.time()), body=body
            ),
        }
        try:
            return self._post(body, sent)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return Outcome(Verdict.AWAY, type(error).__name__)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            return Outcome(Verdict.BROKEN, type(error).__name__)

    def rest(self) -> None:
        """Close the connections; the next notice opens new ones."""
        self._http.close()
        self._http = self._client()

    def _client(self) -> httpx.Client:
        return httpx.Client(
            timeout=self.timeout, verify=self._trust, trust_env=False, follow_redirects=False
        )

    def _post(self, body: bytes, headers: dict[str, str]) -> Outcome:
        ends, read = time.monotonic() + 2 * self.timeout, bytearray()
        with self._http.stream("POST", self.url, content=body, headers=headers) as response:
            for chunk in response.iter_bytes():
                read += chunk
                if len(read) > _LONGEST_ANSWER or time.monotonic() > ends:
                    raise TimeoutError
        return _judged(response, bytes(read))


def _judged(response: httpx.Response, body: bytes) -> Outcome:
    """What a status means; nothing of the answer's words is kept, they may name the addressee."""
    status = response.status_code
    if response.is_success:
        return Outcome(Verdict.SENT, reference=_reference(body))
    reason = f"HTTP {status}"
    if status in _REFUSED:
        return Outcome(Verdict.REFUSED, reason)
    if status in _LATER:
        return Outcome(Verdict.LATER, reason)
    if status in _BUSY:
        return Outcome(Verdict.AWAY, reason, wait_s=_wait(response))
    return Outcome(Verdict.BROKEN if response.is_server_error else Verdict.AWAY, reason)


def _reference(body: bytes) -> str | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    reference = found.get("reference") if isinstance(found, dict) else None
    if not isinstance(reference, str) or not reference.isprintable():
        return None
    return reference[:_LONGEST_REFERENCE]


def _wait(response: httpx.Response) -> float:
    asked = response.headers.get("Retry-After", "")
    return min(float(asked), _LONGEST_WAIT_S) if asked.isascii() and asked.isdigit() else 0.0
