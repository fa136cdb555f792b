"""Every refusal as RFC 9457 problem+json, in the caller's language."""

import logging
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

import marshmallow as ma
import sqlalchemy as sa
from flask import Flask, Response, g, json, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from shared.db import is_infrastructure
from shared.errors import Invalid, Refused, both, in_language
from shared.log import describe

log = logging.getLogger(__name__)

_LONGEST_ECHO = 100
_HTTP_TEXT = {
    404: both("没有找到。", "Not found."),
    405: both("此地址不支持该方法。", "This address does not take that method."),
    413: both("请求内容过大。", "The request body is too large."),
    415: both("请以application/json发送。", "Send application/json."),
    429: both("请求过于频繁，请稍后再试。", "Too many requests; try again later."),
}
_UNEXPECTED = both("系统内部错误，已记录。", "An internal error; it has been recorded.")
_AWAY = both(
    "系统暂时无法处理，结果未知；请稍后用同一Idempotency-Key重试。",
    "The service is away and the outcome unknown; retry with the same Idempotency-Key.",
)


def language() -> str:
    """The language of this answer, by Accept-Language; Chinese unless English is preferred."""
    best = request.accept_languages.best_match(["zh", "zh-CN", "en"], default="zh")
    return "en" if best == "en" else "zh"


@cache
def _made(schema: type[ma.Schema]) -> ma.Schema:
    return schema()


def load(schema: type[ma.Schema], raw: Any) -> dict[str, Any]:
    """Input checked against a schema; Invalid names each wrong field, nested ones with dots."""
    try:
        loaded: dict[str, Any] = _made(schema).load(raw)
    except ma.ValidationError as error:
        found: dict[str, str] = {}
        _flatten(error.normalized_messages(), "", found)
        raise Invalid(found) from error
    return loaded


def _flatten(messages: Any, path: str, found: dict[str, str]) -> None:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            own = _echo(str(name)) if name != "_schema" else ""
            _flatten(inner, ".".join(p for p in (path, own) if p), found)
    else:
        first = messages[0] if isinstance(messages, list) else messages
        found[path or "body"] = str(first)


def _echo(name: str) -> str:
    """A name the caller sent, cut short; lone surrogates, which no answer can carry, become "?"."""
    return name[:_LONGEST_ECHO].encode("utf-8", "replace").decode()


def problem(error: Refused) -> Response:
    """The answer for a refusal, in the manner of its route."""
    lang = language()
    if "manner" in g:
        refused: Response = g.manner.refuse(error, lang)
        return refused
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "code": error.code,
        "detail": in_language(error.message, lang),
        "request_id": g.get("request_id"),
    }
    if error.errors:
        body["errors"] = [
            {"field": field, "reason": in_language(reason, lang)}
            for field, reason in error.errors.items()
        ]
    body |= {
        name: in_language(value, lang) if isinstance(value, str) else value
        for name, value in error.facts.items()
    }
    answer = Response(
        json.dumps(body), status=error.status, content_type="application/problem+json"
    )
    answer.headers.extend(error.headers)
    answer.headers["Content-Language"] = lang
    return answer


def register(app: Flask) -> None:
    """Make every error of `app` a problem document."""

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        return problem(error)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        status = error.code or 500
        if isinstance(error, RequestEntityTooLarge):
            status = 413
        text = _HTTP_TEXT.get(status, both("请求无法处理。", "The request cannot be handled."))
        headers = {"Retry-After": "60"} if status == HTTPStatus.TOO_MANY_REQUESTS else {}
        if allowed := getattr(error, "valid_methods", None):
            headers["Allow"] = ", ".join(allowed)
        code = HTTPStatus(status).phrase.lower().replace(" ", "_")
        return problem(Refused(text, status=status, code=code, headers=headers))

    @app.errorhandler(sa.exc.SQLAlchemyError)
    def database(error: sa.exc.SQLAlchemyError) -> Response:
        if not is_infrastructure(error):
            return unexpected(error)
        log.warning("database is away", extra={"cause": describe(error)})
        headers = {"Retry-After": "2"}
        return problem(Refused(_AWAY, status=503, code="unavailable", headers=headers))

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        log.error("unexpected error", exc_info=error, extra={"route": str(request.url_rule)})
        return problem(Refused(_UNEXPECTED, status=500, code="internal"))
