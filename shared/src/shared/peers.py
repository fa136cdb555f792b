"""Another service asked over HTTP with the right of the person for whom it is asked.

    request -> prepare (no transaction open) -> Peer.post -> the other service -> Reply
            -> handler, in one transaction

Capabilities: the caller's own token goes on, so the other service decides and writes down who
asked; addresses carry ids alone; no retries; an answer is read whole within `seconds` or not used.
"""

import contextvars
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx

from shared import trace
from shared.log import correlation_id, describe
from shared.trace import Tracer

log = logging.getLogger(__name__)

_LONGEST_ANSWER = 65_536


@dataclass(frozen=True)
class Reply:
    """A status with the JSON that came with it; status None where there was no usable answer."""

    status: int | None
    body: Any = None


class Peer:
    """One other service, at `url` or in this process; safe to use from many threads."""

    def __init__(
        self, name: str, *, url: str, seconds: float, tracer: Tracer, wsgi: Any = None
    ) -> None:
        self.name = name
        self.seconds = seconds
        self.tracer = tracer
        # Connections are not kept: one that the server closes meanwhile would look like its end.
        self._http = httpx.Client(
            base_url=url or f"http://{name}",
            timeout=seconds,
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),
            transport=None if wsgi is None else InProcess(wsgi),
        )

    def post(self, path: str, *, route: str, authorization: str, body: Mapping[str, Any]) -> Reply:
        """Post as the person whose `authorization` this is; never raises. `route` names the span.

        Anything but JSON in time is no answer, whatever its status.
        """
        parent = trace.current.get()
        began_ns, span = time.time_ns(), self.tracer.begin(parent)
        headers = {"Authorization": authorization, "traceparent": span}
        if (request_id := correlation_id.get()) is not None:
            headers["X-Request-ID"] = request_id
        try:
            reply = self._post(path, headers=headers, body=body)
        except Exception as error:  # noqa: BLE001 - whatever the network is like, there is no answer
            log.warning("no answer", extra={"peer": self.name, "cause": describe(error)})
            reply = Reply(None)
        self.tracer.end(
            f"POST {route}",
            "client",
            span,
            parent=parent,
            began_ns=began_ns,
            attributes={
                "http.request.method": "POST",
                "http.route": route,
                "http.response.status_code": reply.status or 0,
            },
            failed=reply.status is None,
        )
        return reply

    def close(self) -> None:
        self._http.close()

    def _post(self, path: str, *, headers: Mapping[str, str], body: Mapping[str, Any]) -> Reply:
        ends = time.monotonic() + self.seconds
        read = bytearray()
        with self._http.stream("POST", path, json=body, headers=headers) as response:
            for chunk in response.iter_bytes():
                read += chunk
                if len(read) > _LONGEST_ANSWER or time.monotonic() > ends:
                    raise TimeoutError("the answer is too long or too slow")
        status = response.status_code
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
            raise ConnectionError(f"status {status}")
        return Reply(status, json.loads(bytes(read)))


class InProcess(httpx.BaseTransport):
    """Calls a web application in this thread, so that no second thread of the server is needed.

    In a context of its own: what that application sets for its request ends with it. No proxy is
    in between, so the address that a page passes on is the one that calls.
    """

    def __init__(self, wsgi: Any) -> None:
        self._wsgi = wsgi

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        address = request.headers.get("X-Forwarded-For", "127.0.0.1")
        wsgi = httpx.WSGITransport(app=self._wsgi, remote_addr=address)
        return contextvars.copy_context().run(wsgi.handle_request, request)
