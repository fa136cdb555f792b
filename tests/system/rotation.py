"""Which replicas get a service's requests: what a Kubernetes Service does, at the client's side.

    client --request to the service's address--> Rotation --in turn--> ready replicas

A replica that leaves gets no new request and is left once its last one has been answered: that is
what the `preStop` pause of a pod is for.
"""

import itertools
import threading
import time
from collections import Counter
from dataclasses import dataclass

import httpx

from system.waiting import wait_until

_SERVER_ERROR = 500


@dataclass(frozen=True)
class Served:
    """One request: which replica got it, and the status it answered, or what went wrong instead."""

    at: float
    replica: str
    route: str
    status: int | None
    error: str = ""

    @property
    def failed(self) -> bool:
        """Whether a citizen or a clerk would have seen an error that is not theirs."""
        return self.status is None or self.status >= _SERVER_ERROR


class Rotation(httpx.BaseTransport):
    """An HTTP transport that spreads a service's requests over its replicas and notes each answer.

    An address of which it knows no replicas is its own only one.
    """

    def __init__(self) -> None:
        self.served: list[Served] = []
        self._real = httpx.HTTPTransport()
        self._replicas: dict[str, list[str]] = {}
        self._turn = itertools.count()
        self._busy: Counter[str] = Counter()
        self._lock = threading.Lock()

    def join(self, service: str, replica: str) -> None:
        """Send requests for a service's address to this replica as well."""
        with self._lock:
            self._replicas.setdefault(service, [service]).append(replica)

    def leave(self, service: str, replica: str) -> None:
        """Send it none any more; returns when what it was sent has been answered."""
        with self._lock:
            self._replicas.setdefault(service, [service]).remove(replica)
        wait_until(lambda: not self._busy[replica], f"{replica} has answered what it was sent")

    def failures(self) -> list[Served]:
        """Every request that was answered 5xx or not at all."""
        return [one for one in self.served if one.failed]

    def rate(self, since: float) -> float:
        """Requests a second from `since` (monotonic) until now."""
        return sum(one.at >= since for one in self.served) / (time.monotonic() - since)

    def answered_by(self, replica: str, *, since: float) -> int:
        """How many requests a replica has answered since then."""
        return sum(one.at >= since and one.replica == replica for one in self.served)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send to the replica whose turn it is, and note what came of it."""
        began, route = time.monotonic(), f"{request.method} {request.url.path}"
        replica = self._enter(_origin(request.url))
        try:
            url = httpx.URL(replica)
            request.url = request.url.copy_with(host=url.host, port=url.port)
            response = self._real.handle_request(request)
            response.read()
        except httpx.TransportError as error:
            self.served.append(Served(began, replica, route, None, repr(error)))
            raise
        finally:
            with self._lock:
                self._busy[replica] -= 1
        self.served.append(Served(began, replica, route, response.status_code))
        return response

    def _enter(self, service: str) -> str:
        with self._lock:
            ready = self._replicas.get(service) or [service]
            replica = ready[next(self._turn) % len(ready)]
            self._busy[replica] += 1
            return replica

    def close(self) -> None:
        """Close the connections."""
        self._real.close()


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.host}:{url.port}"
