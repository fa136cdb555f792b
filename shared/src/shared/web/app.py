"""The Flask application of a service: its routes, health, documentation and operators' routes."""

import logging
import re
import time
import uuid
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, jsonify, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from werkzeug.middleware.proxy_fix import ProxyFix

from shared import migrations, trace
from shared.errors import Refused, both
from shared.log import correlation_id
from shared.web import openapi, ops, problems
from shared.web.api import Api, Route
from shared.web.uploads import close_received
from shared.web.views import mount

if TYPE_CHECKING:
    from shared.service import App

log = logging.getLogger(__name__)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")


def create_app(app: "App") -> Flask:
    """One service's web application; it never opens a connection to the bus."""
    flask = Flask(app.service.package, static_folder=None)
    flask.json.ensure_ascii = False  # type: ignore[attr-defined]
    flask.json.sort_keys = False  # type: ignore[attr-defined]
    flask.config["MAX_CONTENT_LENGTH"] = app.settings.max_body_bytes
    if app.settings.trusted_proxies:
        hops = app.settings.trusted_proxies
        flask.wsgi_app = ProxyFix(flask.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    limiter = Limiter(get_remote_address, app=flask, storage_uri="memory://", default_limits=[])

    def guard(route: Route, view: Any) -> Any:
        if route.who.kind in ("staff", "link", "keyed") or route.door is not None:
            return view
        view.__name__ = f"{route.method} {route.path}"
        return limiter.limit(app.settings.public_rate)(view)

    problems.register(flask)
    _observe(flask, app)
    _health(flask, app)
    operators = Api(app.service.name)
    ops.add_routes(operators)
    for api in (app.service.api, operators):
        mount(api, flask, app, guard)
    if app.service.pages:
        app.service.pages(flask, app)

    @cache
    def document() -> dict[str, Any]:
        return openapi.document(app.service, operators)

    @flask.get("/openapi.json")
    def openapi_json() -> Response:
        return jsonify(document())

    return flask


def metrics_response(app: "App") -> Response:
    """The process's metrics in Prometheus' text format."""
    return Response(
        generate_latest(app.metrics.instruments.registry), content_type=CONTENT_TYPE_LATEST
    )


def _observe(flask: Flask, app: "App") -> None:
    @flask.before_request
    def begin() -> None:
        sent = request.headers.get("X-Request-ID", "")
        g.request_id = sent if _REQUEST_ID.match(sent) else uuid.uuid4().hex
        g.began = time.perf_counter()
        g.began_ns = time.time_ns()
        g.parent = trace.accepted(request.headers.get("traceparent"))
        g.traceparent = app.tracer.begin(g.parent)
        correlation_id.set(g.request_id)
        trace.current.set(g.traceparent)

    @flask.teardown_request
    def end(_error: BaseException | None) -> None:
        close_received()
        correlation_id.set(None)
        trace.current.set(None)

    @flask.after_request
    def finish(response: Response) -> Response:
        route = str(request.url_rule) if request.url_rule else "none"
        took = time.perf_counter() - g.get("began", time.perf_counter())
        app.metrics.answered(request.method, route, response.status_code, took)
        # The route, never the address: a path and a query may hold what identifies somebody.
        log.info(
            "answered",
            extra={
                "method": request.method,
                "route": route,
                "status": response.status_code,
                "ms": round(took * 1000, 1),
            },
        )
        if "traceparent" in g:
            _trace_answer(app, route, response.status_code)
        response.headers["X-Request-ID"] = g.get("request_id", "")
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _trace_answer(app: "App", route: str, status: int) -> None:
    app.tracer.end(
        f"{request.method} {route}",
        "server",
        g.traceparent,
        parent=g.parent,
        began_ns=g.began_ns,
        attributes={
            "http.request.method": request.method,
            "http.route": route,
            "http.response.status_code": status,
        },
        failed=status >= HTTPStatus.INTERNAL_SERVER_ERROR,
    )


def _health(flask: Flask, app: "App") -> None:
    @flask.get("/healthz")
    def healthz() -> Response:
        return jsonify({"status": "alive"})

    @flask.get("/readyz")
    def readyz() -> Response:
        with app.db.read() as session:
            behind = migrations.behind(session, app.service.package)
        if behind:
            text = both("数据库版本落后，尚未迁移。", "The database is not migrated yet.")
            raise Refused(text, status=503, code="not_migrated", revision=behind)
        return jsonify({"status": "ready"})
