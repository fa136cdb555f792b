"""A route's request from its first byte to its answer: allowed, parsed, done once, presented."""

import hashlib
import os
import re
from collections.abc import Callable, Generator, Iterator
from http import HTTPStatus
from itertools import chain
from typing import IO, TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import quote

import sqlalchemy as sa
from flask import Flask, Response, g, jsonify, request

from shared.auth import CHANNEL_PREFIX, PUBLIC_AUDIENCE, Principal, Unauthorised
from shared.db import Session
from shared.errors import Forbidden, NotFound, Refused, both
from shared.web.api import PUBLIC, Api, Arrival, Call, Early, File, RefusalHandler, Route
from shared.web.fields import Body, unprintable
from shared.web.forms import parse_form
from shared.web.problems import load
from shared.web.strict_json import parse_json
from shared.web.uploads import receive

if TYPE_CHECKING:
    from shared.service import App

_ETAG = re.compile(r'"(\d{1,9})"\Z', re.ASCII)
_LARGEST_WHOLE = 2**63 - 1
_PIECE = 64 * 1024

T = TypeVar("T")
Work = Callable[[Session, Any], dict[str, Any]]


def mount(api: Api, flask: Flask, app: "App", guard: Callable[[Route, Any], Any]) -> None:
    """Add an interface's routes to a Flask application; `guard` wraps each view (rate limits)."""
    for route in api.routes:
        view = guard(route, _view(route, app, api.on_refusal))
        view = route.manner.spoken(view) if route.manner else view
        flask.add_url_rule(route.path, f"{route.method} {route.path}", view, methods=[route.method])


def _view(route: Route, app: "App", on_refusal: RefusalHandler | None) -> Callable[..., Response]:
    def view(**path: Any) -> Response:
        _check_path(path)
        principal = _principal(route, app)
        try:
            return answered(principal, path)
        except Refused as refusal:
            if on_refusal and route.writes and _by_rule(refusal):
                with app.db.write() as session:
                    on_refusal(route, Call(app, session, principal, {}, {}, path, None), refusal)
            raise

    def answered(principal: Principal, path: dict[str, Any]) -> Response:
        _check_role(route, principal)
        if route.door is not None:
            route.door(Arrival(app, principal, request.remote_addr or ""))
        body = _body(route, app)
        query = load(route.query, request.args.to_dict()) if route.query else {}
        version = _if_match() if route.if_match else None
        if not route.writes:
            with app.db.read() as session:
                call = Call(app, session, principal, body, query, path, version)
                answer = route.handler(call)
                if isinstance(answer, File):
                    return _send(answer)
                return _present(route, _dump(route, answer), route.status)
        if route.files:
            with app.db.write() as session:
                audited = Call(app, session, principal, body, query, path, version)
                file = _attempt(lambda: route.handler(audited))
            return _send(cast(File, _earned(file)))

        def prepare() -> Any:
            if route.prepare is None:
                return None
            sent = request.headers.get("Authorization", "")
            return route.prepare(Early(app, principal, body, path, sent))

        def work(session: Session, prepared: Any) -> dict[str, Any]:
            call = Call(app, session, principal, body, query, path, version, prepared)
            answer = route.handler(call)
            assert isinstance(answer, dict)
            return _dump(route, answer)

        status, kept = _once(route, app, principal, work, prepare)
        return _present(route, kept, status)

    view.__doc__ = route.handler.__doc__
    return view


def _once(
    route: Route, app: "App", principal: Principal, work: Work, prepare: Callable[[], Any]
) -> tuple[int, dict[str, Any]]:
    """Do the work in one transaction, or give the answer that its Idempotency-Key has earned."""
    answers = app.answers
    key = None
    if route.method == "POST":
        sent = request.headers.get("Idempotency-Key")
        key = answers.check_key(sent, public=route.who.kind in PUBLIC)
    if key is None:
        prepared = prepare()
        with app.db.write() as session:
            answer = _attempt(lambda: work(session, prepared))
        return route.status, _earned(answer)
    digest = answers.digest(request.path, g.raw_body)
    client = principal.sub
    if route.prepare is not None:
        with app.db.read() as session:
            known = answers.find(session, client=client, key=key, digest=digest)
        if known is not None:
            return known
    prepared = prepare()
    for last_try in (False, True):
        try:
            with app.db.write() as session:
                known = answers.find(session, client=client, key=key, digest=digest)
                if known is not None:
                    return known
                answer = _attempt(lambda: work(session, prepared))
                if not isinstance(answer, Refused):
                    answers.keep(
                        session,
                        client=client,
                        key=key,
                        digest=digest,
                        status=route.status,
                        answer=answer,
                    )
        except sa.exc.IntegrityError:
            # A twin request committed first: its stored answer is found on the second round.
            if last_try:
                raise
            continue
        return route.status, _earned(answer)
    raise AssertionError("unreachable")


def _attempt(work: Callable[[], T]) -> T | Refused:
    """What the work answers, or the refusal whose work is kept; other refusals roll back."""
    try:
        return work()
    except Refused as refusal:
        if not refusal.keep_work:
            raise
        return refusal


def _earned(answer: T | Refused) -> T:
    """The answer of an attempt whose transaction is over."""
    if isinstance(answer, Refused):
        raise answer
    return answer


def _principal(route: Route, app: "App") -> Principal:
    if route.who.kind in ("anyone", "link", "keyed"):
        return Principal(sub="public")
    header = request.headers.get("Authorization")
    if route.who.kind in ("holder", "guest"):
        if not header and route.who.kind == "holder":
            raise Unauthorised(both("请先登录。", "Sign in first: no token was sent."))
        return Principal.holding(header)
    if route.who.kind == "citizen":
        return app.verifier.principal(header, audience=PUBLIC_AUDIENCE)
    return app.verifier.principal(header)


def _check_role(route: Route, principal: Principal) -> None:
    if route.who.kind != "staff":
        return
    is_channel = any(r.startswith(CHANNEL_PREFIX) for r in principal.roles)
    if not principal.has(*route.who.roles) and not (route.who.channels and is_channel):
        raise Forbidden()


def _by_rule(refusal: Refused) -> bool:
    """Whether a rule stood against it, and what it wrote was undone."""
    return refusal.status in (HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT) and not refusal.keep_work


def _check_path(path: dict[str, Any]) -> None:
    for value in path.values():
        beyond = isinstance(value, int) and value > _LARGEST_WHOLE
        if beyond or unprintable(str(value), lines=False):
            raise NotFound()


def _body(route: Route, app: "App") -> dict[str, Any]:
    g.raw_body = None
    if route.method == "GET":
        return {}
    if route.upload is not None:
        sent = receive(most=route.upload(app.settings))
        g.raw_body = {"name": sent.name, "sha256": sent.sha256}
        return {"file": sent}
    if route.largest is not None:
        request.max_content_length = route.largest
    if route.verbatim:
        raw = request.get_data(cache=True)
        g.raw_body = {"sha256": hashlib.sha256(raw).hexdigest()}
        return {"raw": raw}
    if route.form:
        g.raw_body = parse_form(request.get_data(cache=True), request.mimetype)
        return load(route.body or Body, g.raw_body)
    raw = request.get_data(cache=True)
    if not raw and (route.body is None or route.body.may_be_left_out):
        return load(route.body or Body, {})
    if raw and request.mimetype != "application/json":
        raise Refused(
            both("请以application/json发送。", "Send application/json."),
            status=415,
            code="unsupported_media_type",
        )
    g.raw_body = parse_json(raw)
    return load(route.body or Body, g.raw_body)


def _if_match() -> int:
    sent = request.headers.get("If-Match")
    if sent is None:
        raise Refused(
            both("缺少If-Match，请先读取最新版本。", "If-Match is missing: read the case first."),
            status=428,
            code="if_match_required",
            errors={"If-Match": both("必填。", "Required.")},
        )
    found = _ETAG.match(sent.strip())
    if found is None:
        reason = both('应为读取时得到的ETag，例如"3"。', 'Must be the ETag you read, such as "3".')
        raise Refused(reason, code="bad_if_match", errors={"If-Match": reason})
    return int(found[1])


def _dump(route: Route, answer: dict[str, Any]) -> dict[str, Any]:
    return route.dump(answer) if route.dump else answer


def _present(route: Route, answer: dict[str, Any], status: int) -> Response:
    if route.manner:
        return route.manner.present(answer, status)
    if route.verbatim:
        return _verbatim(answer, status)
    response = jsonify(answer)
    response.status_code = status
    if isinstance(answer.get("version"), int):
        response.headers["ETag"] = f'"{answer["version"]}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _verbatim(answer: dict[str, Any], status: int) -> Response:
    response = Response(answer["text"].encode(), status=status)
    response.content_type = f"{answer['media_type']}; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"
    return response


def _send(file: File) -> Response:
    response = _response(file)
    response.content_type = file.media_type
    shown = file.media_type.startswith("text/html")
    response.headers["Content-Disposition"] = _disposition(
        "inline" if shown else "attachment", file.name
    )
    if shown:
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
        )
    response.headers["Cache-Control"] = "no-store"
    return response


def _disposition(how: str, name: str) -> str:
    """Content-Disposition of RFC 6266; a name beyond ASCII in the form of RFC 8187 as well."""
    plain = re.sub(r'[^ -~]|["\\]', "_", name)
    also = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'{how}; filename="{plain}"{also}'


def _response(file: File) -> Response:
    if isinstance(file.body, bytes):
        return Response(file.body)
    if isinstance(file.body, Generator):
        # What goes wrong with its source is answered as such only before the first byte is sent.
        first = next(file.body, b"")
        response = Response(chain([first], file.body))
        if file.size is not None:
            response.content_length = file.size
        return response
    return _pieces(file.body)


def _pieces(file: IO[bytes]) -> Response:
    start = file.tell()
    length = file.seek(0, os.SEEK_END) - start
    file.seek(start)
    response = Response(_read(file))
    response.content_length = length
    response.call_on_close(file.close)
    return response


def _read(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece
