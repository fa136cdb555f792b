"""A stand-in for the city's system: stores what it gets, and misbehaves when told to.

    python -m sync_municipal city-simulator [--port 0] [--data FILE] [--with-parent]

    PUT /cases/{case_id}   Idempotency-Key, body {case_id, version, …} -> {city_ref, version}
    GET /cases/{case_id}   GET /cases?after=&limit=   GET /counts   GET /requests/{key}
    DELETE /cases          forgets everything
    PUT /_control          {mode: ok|error_500|refuse|hang|drop_ack, count?: n, seconds?: s}

Everything asks for the bearer token in CITY_TOKEN. It prints `READY http://…` once it listens, and
with --with-parent it ends when its standard input does, however its parent ended.
"""

import argparse
import hmac
import os
import signal
import socket
import sys
import threading
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server

from sync_municipal.city_records import Records

MODES = ("ok", "error_500", "refuse", "hang", "drop_ack")
_REFUSALS = {
    "error_500": (HTTPStatus.INTERNAL_SERVER_ERROR, "told to fail"),
    "refuse": (HTTPStatus.UNPROCESSABLE_ENTITY, "told to refuse"),
    "hang": (HTTPStatus.SERVICE_UNAVAILABLE, "woken from a hang"),
}
_HANG_S = 3600.0
_MOST_A_PAGE = 1000


class Behaviour:
    """How the next requests are treated; a hang ends as soon as the mode changes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._set("ok", None, _HANG_S)

    def _set(self, mode: str, count: int | None, seconds: float) -> None:
        self.mode, self.count, self.seconds = mode, count, seconds
        self.changed = threading.Event()

    def change(self, mode: str, count: int | None, seconds: float) -> None:
        with self._lock:
            before = self.changed
            self._set(mode, count, seconds)
        before.set()

    def take(self) -> tuple[str, threading.Event, float]:
        """The mode for one request; counts down where a number of requests was given."""
        with self._lock:
            taken = self.mode, self.changed, self.seconds
            if self.count is not None:
                self.count -= 1
                if self.count <= 0:
                    self.mode, self.count = "ok", None
            return taken

    def shown(self) -> dict[str, Any]:
        return {"mode": self.mode, "count": self.count, "seconds": self.seconds}


def create_city(*, token: str, records: Records) -> Flask:
    """The simulator as a Flask application."""
    flask = Flask("city_simulator", static_folder=None)
    flask.json.ensure_ascii = False  # type: ignore[attr-defined]
    behaviour = Behaviour()
    expected = f"Bearer {token}".encode()

    @flask.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[Response, int]:
        return jsonify({"error": error.description}), error.code or 500

    @flask.before_request
    def authorised() -> None:
        sent = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(sent, expected):
            abort(HTTPStatus.UNAUTHORIZED, "wrong token")

    @flask.put("/cases/<case_id>")
    def put_case(case_id: str) -> Response:
        mode, changed, seconds = behaviour.take()
        key, document = _exchange(case_id)
        if mode not in _REFUSALS:
            return _stored(records, key, document, drop=mode == "drop_ack")
        records.note(key, document)
        if mode == "hang":
            changed.wait(seconds)
        return abort(*_REFUSALS[mode])

    _shows(flask, records)
    _control(flask, behaviour)
    return flask


def _exchange(case_id: str) -> tuple[str, dict[str, Any]]:
    key = request.headers.get("Idempotency-Key", "")
    document = request.get_json(silent=True)
    if not key or not isinstance(document, dict):
        abort(HTTPStatus.UNPROCESSABLE_ENTITY, "an Idempotency-Key and a JSON object are needed")
    if document.get("case_id") != case_id or type(document.get("version")) is not int:
        abort(HTTPStatus.UNPROCESSABLE_ENTITY, "case_id and version do not fit the address")
    return key, document


def _stored(records: Records, key: str, document: dict[str, Any], *, drop: bool) -> Response:
    city_ref = records.apply(key, document)
    if city_ref is None:
        abort(HTTPStatus.UNPROCESSABLE_ENTITY, "the key was used for another exchange")
    if drop:
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return jsonify({"city_ref": city_ref, "version": document["version"]})


def _shows(flask: Flask, records: Records) -> None:
    @flask.get("/cases/<case_id>")
    def get_case(case_id: str) -> Response:
        found = records.case(case_id)
        if found is None:
            abort(HTTPStatus.NOT_FOUND, "no such case")
        return jsonify(found)

    @flask.get("/cases")
    def list_cases() -> Response:
        limit = min(request.args.get("limit", 100, type=int), _MOST_A_PAGE)
        items = records.cases(after=request.args.get("after", ""), limit=max(limit, 1))
        return jsonify({"items": items, "next": items[-1]["case_id"] if items else None})

    @flask.delete("/cases")
    def forget() -> Response:
        records.forget()
        return jsonify(records.counts())

    @flask.get("/requests/<path:key>")
    def get_request(key: str) -> Response:
        return jsonify(records.request(key))

    @flask.get("/counts")
    def counts() -> Response:
        return jsonify(records.counts())


def _control(flask: Flask, behaviour: Behaviour) -> None:
    @flask.get("/_control")
    def get_control() -> Response:
        return jsonify(behaviour.shown())

    @flask.put("/_control")
    def put_control() -> Response:
        wish = request.get_json()
        if wish.get("mode") not in MODES:
            abort(HTTPStatus.UNPROCESSABLE_ENTITY, f"mode must be one of {', '.join(MODES)}")
        behaviour.change(wish["mode"], wish.get("count"), float(wish.get("seconds", _HANG_S)))
        return jsonify(behaviour.shown())


class _KeepAlive(WSGIRequestHandler):
    """HTTP/1.1 connections that stay open; without Nagle, which would hold each answer 40 ms."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_request(self, *_: Any, **__: Any) -> None:
        """Say nothing."""


def main(argv: list[str]) -> None:
    """Serve a city's system to push to, for trying and testing."""
    parser = argparse.ArgumentParser(prog="python -m sync_municipal city-simulator")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument(
        "--data", default=":memory:", help="SQLite file; without it all is forgotten"
    )
    parser.add_argument("--with-parent", action="store_true", help="end at the end of stdin")
    arguments = parser.parse_args(argv)
    token = os.environ.get("CITY_TOKEN")
    if not token:
        parser.error("CITY_TOKEN is missing")
    if arguments.with_parent:
        # Ctrl-C reaches a terminal's every process; the parent finishes first, and then this.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        threading.Thread(target=_end_with_parent, daemon=True).start()
    city = create_city(token=token, records=Records(arguments.data))
    server = make_server(
        "127.0.0.1", arguments.port, city, threaded=True, request_handler=_KeepAlive
    )
    sys.stdout.write(f"READY http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


def _end_with_parent() -> None:
    # Past sys.stdin, whose lock this thread would still hold when the interpreter ends.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(0)
