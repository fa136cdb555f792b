"""The city's HTTP interface, as we call it.

PUT {CITY_URL}/cases/{case_id}   Authorization: Bearer …, Idempotency-Key: minsheng:<case>:<n>,
                                 traceparent: 00-…
<-  200 {"city_ref": "…", "version": 3}
"""

import json
import threading
import time
from typing import Any
from urllib.parse import quote

import httpx

from shared.db import dumps
from shared.log import describe
from shared.pii import mask_text
from shared.trace import Tracer
from sync_municipal.domain import Reply, Verdict, judge
from sync_municipal.use_cases.pushing import Claimed

_LONGEST_ANSWER = 65_536
_LONGEST_REASON = 200


class City:
    """Calls the city; each thread keeps a connection of its own."""

    def __init__(self, *, url: str, token: str, timeout: float, tracer: Tracer) -> None:
        self.url = url.rstrip("/")
        self.timeout = timeout
        self.tracer = tracer
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._own = threading.local()
        self._clients: list[httpx.Client] = []

    def put(self, exchange: Claimed) -> Reply:
        """Tell the city; never raises, whatever the network or the answer is like."""
        began_ns, span = time.time_ns(), self.tracer.begin(exchange.traceparent)
        try:
            reply = self._put(exchange, traceparent=span)
        except Exception as error:  # noqa: BLE001 - a row that cannot be sent must not stop others
            reply = Reply(Verdict.LATER, reason=describe(error))
        self.tracer.end(
            "PUT /cases/{case_id}",
            "client",
            span,
            parent=exchange.traceparent,
            began_ns=began_ns,
            attributes={"http.request.method": "PUT", "minsheng.verdict": str(reply.verdict)},
            failed=reply.verdict is not Verdict.ACKNOWLEDGED,
        )
        return reply

    def close(self) -> None:
        for client in self._clients:
            client.close()

    def _put(self, exchange: Claimed, *, traceparent: str) -> Reply:
        ends = time.monotonic() + 2 * self.timeout
        address = f"{self.url}/cases/{quote(exchange.case_id, safe='')}"
        headers = {"Idempotency-Key": exchange.idempotency_key, "traceparent": traceparent}
        content = dumps(exchange.document).encode()
        body = bytearray()
        client = self._client()
        with client.stream("PUT", address, content=content, headers=headers) as response:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > _LONGEST_ANSWER or time.monotonic() > ends:
                    return Reply(Verdict.LATER, reason="the answer is too long or too slow")
        return judge(response.status_code, _json(bytes(body)), text=_readable(bytes(body)))

    def _client(self) -> httpx.Client:
        client: httpx.Client | None = getattr(self._own, "client", None)
        if client is None:
            client = httpx.Client(headers=self._headers, timeout=self.timeout, trust_env=False)
            self._own.client = client
            self._clients.append(client)
        return client


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _readable(body: bytes) -> str:
    text = body[: 4 * _LONGEST_REASON].decode("utf-8", "replace")
    printable = "".join(char if char.isprintable() else " " for char in text)
    return mask_text(" ".join(printable.split()))[:_LONGEST_REASON]
