"""Another service asked: over HTTP or in this process, whatever it answers."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask import Flask, jsonify, request

from shared import trace
from shared.log import correlation_id
from shared.peers import Peer, Reply
from shared.trace import Tracer


@pytest.fixture
def neighbour():
    """An application that ends its request's context as ours do, and answers what it was sent."""
    flask = Flask("neighbour")

    @flask.post("/v1/echo/<status>")
    def echo(status):
        correlation_id.set("of the neighbour")
        trace.current.set("of the neighbour")
        names = ("Authorization", "Traceparent", "X-Request-Id")
        sent = {name: request.headers.get(name) for name in names}
        return jsonify({"sent": sent, "body": request.json}), int(status)

    @flask.post("/v1/broken")
    def broken():
        raise ZeroDivisionError

    return flask


@pytest.fixture
def peer(neighbour):
    peer = Peer("intake", url="", seconds=2, tracer=Tracer(), wsgi=neighbour)
    yield peer
    peer.close()


def post(peer, path, **body):
    return peer.post(path, route=path, authorization="Bearer x", body=body)


def test_it_is_asked_as_the_caller_within_the_callers_trace(peer):
    parent = trace.child(None)
    token = correlation_id.set("ours")
    with trace.under(parent):
        reply = post(peer, "/v1/echo/200", purpose="paper")
    correlation_id.reset(token)
    assert (reply.status, reply.body["body"]) == (200, {"purpose": "paper"})
    sent = reply.body["sent"]
    assert (sent["Authorization"], sent["X-Request-Id"]) == ("Bearer x", "ours")
    assert trace.trace_id(sent["Traceparent"]) == trace.trace_id(parent)


def test_what_a_neighbour_sets_for_its_request_ends_with_it(peer):
    parent = trace.child(None)
    token = correlation_id.set("ours")
    with trace.under(parent):
        post(peer, "/v1/echo/200")
        assert (correlation_id.get(), trace.current.get()) == ("ours", parent)
    correlation_id.reset(token)


@pytest.mark.parametrize("status", [404, 401, 422])
def test_a_refusal_is_an_answer(peer, status):
    assert post(peer, f"/v1/echo/{status}").status == status


@pytest.mark.parametrize("path", ["/v1/echo/503", "/v1/echo/429", "/v1/broken", "/nowhere"])
def test_a_failure_or_what_is_no_json_is_no_answer(peer, path):
    assert post(peer, path) == Reply(None)


def test_a_server_that_drips_is_given_up():
    going = threading.Event()

    class Dripping(BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(200)
            self.end_headers()
            while not going.wait(0.05):
                try:
                    self.wfile.write(b" ")
                except OSError:
                    return

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Dripping)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    peer = Peer("intake", url=url, seconds=0.3, tracer=Tracer())
    try:
        assert post(peer, "/v1/slow") == Reply(None)
    finally:
        going.set()
        peer.close()
        server.shutdown()
        server.server_close()
        thread.join()


def test_nobody_at_an_address_is_no_answer():
    peer = Peer("intake", url="http://127.0.0.1:9", seconds=1, tracer=Tracer())
    assert post(peer, "/v1/anything") == Reply(None)
    peer.close()
