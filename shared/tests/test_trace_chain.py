"""One trace from a citizen's request through all services to the city."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from collector import Collector

from shared import trace
from shared.clock import FixedClock
from shared.embedded import LocalBus
from shared.service import App, find_services
from shared.testing import MORNING, Office, emitted, handle_all, make_app
from sync_municipal.push import Pusher

PETITION = {
    "channel": "web",
    "title": "梧桐路公交站旁路面破损",
    "content": "梧桐路公交站旁路面坑洼多日，雨天积水，请尽快修补。",
    "petitioner": {"name": "何田田", "phone": "13800000001"},
}
REGISTERING = "00-11111111111111111111111111111111-1111111111111111-01"
FORWARDING = "00-22222222222222222222222222222222-2222222222222222-01"


class City:
    """A city that acknowledges everything and remembers the headers it was sent."""

    def __init__(self) -> None:
        self.headers: list[Any] = []
        city = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                city.headers.append(self.headers)
                self.rfile.read(int(self.headers["Content-Length"]))
                answer = json.dumps({"city_ref": "SX-1", "version": 1}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def city() -> Iterator[City]:
    one = City()
    yield one
    one.close()


@pytest.fixture
def apps(tmp_path: Path, collector: Collector, city: City) -> Iterator[dict[str, App]]:
    """All services on SQLite, told of the collector and of the city."""
    own = {"OTLP_ENDPOINT": collector.url, "CITY_URL": city.url}
    clock = FixedClock(MORNING)
    started = {s.name: make_app(s, tmp_path, clock=clock, **own) for s in find_services()}
    yield started
    for app in started.values():
        app.close()


def deliver(apps: dict[str, App]) -> None:
    """Relay and handle until nothing moves."""
    bus = LocalBus(apps)
    while any([app.relay(bus).run_once() for app in apps.values()]):
        for app in apps.values():
            handle_all(app)


def test_what_a_request_causes_is_one_trace_from_intake_to_the_city(
    apps: dict[str, App], collector: Collector, city: City
) -> None:
    offices = {name: Office(app) for name, app in apps.items()}
    offices["routing"].put(
        "/v1/units/transport", "admin", json={"name": "区交通运输局", "kind": "department"}
    )
    registered = offices["intake"].post(
        "/v1/petitions", "registrar", json=PETITION, headers={"traceparent": REGISTERING}
    )
    assert registered.status_code == 201, registered.json
    deliver(apps)
    (case,) = offices["routing"].get("/v1/cases", "dispatcher").json["items"]
    path = f"/v1/cases/{case['case_id']}"
    version = offices["routing"].get(path, "dispatcher").headers["ETag"]
    forwarded = offices["routing"].post(
        f"{path}/forward",
        "dispatcher",
        json={"unit": "transport", "category": "transport.road"},
        headers={"traceparent": FORWARDING, "If-Match": version},
    )
    assert forwarded.status_code == 200, forwarded.json
    deliver(apps)
    pusher = Pusher(apps["sync-municipal"], threading.Event())
    while pusher.run_once():
        pass
    pusher.close()
    told_by_city = emitted(apps["sync-municipal"], "municipal.acknowledged.v1")
    for app in apps.values():
        app.tracer.close()

    first = _chain(collector, REGISTERING)
    assert _way(collector, first, to=("supervision", "process case.opened.v1")) == [
        ("intake", "POST /v1/petitions"),
        ("routing", "process petition.registered.v1"),
        ("supervision", "process case.opened.v1"),
    ]
    second = _chain(collector, FORWARDING)
    call = ("sync-municipal", "PUT /cases/{case_id}")
    assert [
        ("routing", "POST /v1/cases/<case_id>/forward"),
        call,
    ] == _way(collector, second, to=call)
    sent = {headers["traceparent"] for headers in city.headers}
    called = {span.span_id.hex() for span in second.values() if span.name == call[1]}
    assert {trace.trace_id(one) for one in sent} == {trace.trace_id(FORWARDING)}
    assert {trace.span_id(one) for one in sent} == called
    assert {trace.trace_id(e["traceparent"]) for e in told_by_city} == {trace.trace_id(FORWARDING)}


def _chain(collector: Collector, begun: str) -> dict[bytes, Any]:
    """The spans of a trace by id; each one's parent is among them, or is the caller's span."""
    spans = {s.span_id: s for s in collector.spans if s.trace_id.hex() == trace.trace_id(begun)}
    outside = {s.parent_span_id.hex() for s in spans.values() if s.parent_span_id not in spans}
    assert outside == {trace.span_id(begun)}
    return spans


def _way(
    collector: Collector, spans: dict[bytes, Any], *, to: tuple[str, str]
) -> list[tuple[str, str]]:
    """The services and spans from the first one of a trace down to `to`."""
    ends = [s for s in spans.values() if (collector.services[s.span_id], s.name) == to]
    assert ends, f"{to} is not among {sorted(s.name for s in spans.values())}"
    way, span = [], ends[0]
    while span is not None:
        way.append((collector.services[span.span_id], span.name))
        span = spans.get(span.parent_span_id)
    return way[::-1]
