"""Routes: parse -> use case -> present, in one transaction, declared in one place.

api = Api("intake")

@api.post("/v1/petitions", body=PetitionIn, answer=PetitionOut, status=201,
          who=staff("registrar", "importer"))
def register(call):
    '''Register a petition (T22 Art.22).'''      # this text is the API's documentation
    return use_cases.register(call.session, petition=call.body, ...)
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, Any

import marshmallow as ma
import sqlalchemy as sa
from flask import Flask, Response, g, jsonify, request

from shared.auth import CHANNEL_PREFIX, PUBLIC_AUDIENCE, Principal
from shared.clock import Clock
from shared.db import Session
from shared.dumping import dumper
from shared.errors import Forbidden, NotFound, Refused, both
from shared.web.fields import Body, Query, unprintable
from shared.web.problems import load

if TYPE_CHECKING:
    from shared.service import App

_ETAG = re.compile(r'"(\d{1,9})"\Z', re.ASCII)
_DEEPEST = 20
_LARGEST_WHOLE = 2**63 - 1
_PIECE = 64 * 1024


@dataclass(frozen=True)
class Access:
    """Who may call a route: `roles` of staff and clients, one petition's citizen, or anyone."""

    kind: str
    roles: tuple[str, ...] = ()
    channels: bool = False


def staff(*roles: str, channels: bool = False) -> Access:
    """Staff with one of `roles`; with `channels`, channel clients as well."""
    return Access("staff", roles, channels)


ANYONE = Access("anyone")
CITIZEN = Access("citizen")


@dataclass(frozen=True)
class Early:
    """One request, parsed and allowed, before its transaction begins.

    Here other services may be asked, as `authorization`, while no lock or connection is held.
    """

    app: "App"
    principal: Principal
    body: dict[str, Any]
    path: dict[str, Any]
    authorization: str


@dataclass
class Call:
    """One request, parsed and allowed: what a handler works with.

    `prepared` is what the route's `prepare` found before the transaction.
    """

    app: "App"
    session: Session
    principal: Principal
    body: dict[str, Any]
    query: dict[str, Any]
    path: dict[str, Any]
    if_match: int | None
    prepared: Any = None

    @property
    def clock(self) -> Clock:
        return self.app.clock

    @property
    def resources(self) -> Any:
        """What the service built for itself at start, such as key rings and rule tables."""
        return self.app.resources


@dataclass(frozen=True)
class File:
    """An answer that is a file: sent as it is, for saving; a page is shown and may do nothing.

    An open file is sent piece by piece from where it stands to its end, and closed.
    """

    body: bytes | IO[bytes]
    media_type: str
    name: str


Handler = Callable[[Call], dict[str, Any]]
RefusalHandler = Callable[["Route", Call, Refused], None]
"""Writes down a refusal, in a transaction of its own: the refused one was undone."""
FileHandler = Callable[[Call], File]
Prepare = Callable[[Early], Any]
Work = Callable[[Session, Any], dict[str, Any]]


@dataclass(frozen=True)
class Route:
    """One row of a service's HTTP interface."""

    method: str
    path: str
    handler: Handler | FileHandler
    who: Access
    status: int
    body: type[Body] | None
    query: type[Query] | None
    answer: type[ma.Schema] | None
    if_match: bool
    writes: bool
    files: tuple[str, ...] = ()
    largest: int | None = None
    prepare: Prepare | None = None

    @property
    def name(self) -> str:
        return self.handler.__name__

    @cached_property
    def dump(self) -> Callable[[Any], Any] | None:
        """What makes JSON values of an answer, made once."""
        return dumper(self.answer()) if self.answer else None


@dataclass
class Api:
    """The routes of one service; `on_refusal` hears of every change that was refused (403, 409)."""

    service: str
    routes: list[Route] = field(default_factory=list)
    on_refusal: "RefusalHandler | None" = None

    def get(
        self,
        path: str,
        *,
        who: Access,
        answer: type[ma.Schema] | None = None,
        query: type[Query] | None = None,
        audited: bool = False,
    ) -> Callable[[Handler], Handler]:
        """A read; `audited` gives it a session that can write down the look."""
        return self._add("GET", path, who=who, query=query, answer=answer, writes=audited)

    def file(
        self,
        path: str,
        *,
        who: Access,
        files: tuple[str, ...],
        query: type[Query] | None = None,
    ) -> Callable[[FileHandler], FileHandler]:
        """A read whose answer is a `File` of one of the media types `files`."""

        def add(handler: FileHandler) -> FileHandler:
            self.routes.append(
                Route("GET", path, handler, who, 200, None, query, None, False, False, files=files)
            )
            return handler

        return add

    def post(
        self,
        path: str,
        *,
        who: Access,
        body: type[Body] | None = None,
        answer: type[ma.Schema] | None = None,
        status: int = 200,
        if_match: bool = False,
        largest: int | None = None,
        prepare: Prepare | None = None,
    ) -> Callable[[Handler], Handler]:
        """A change, idempotent by Idempotency-Key; `if_match` asks for the version it changes.

        `largest` is the most bytes of its body, where that differs from MAX_BODY_BYTES. `prepare`
        runs before the transaction, and must leave refusals to the handler.
        """
        return self._add(
            "POST",
            path,
            who=who,
            status=status,
            body=body,
            answer=answer,
            if_match=if_match,
            largest=largest,
            prepare=prepare,
        )

    def put(
        self,
        path: str,
        *,
        who: Access,
        body: type[Body],
        answer: type[ma.Schema] | None = None,
        if_match: bool = False,
    ) -> Callable[[Handler], Handler]:
        """A replacement, idempotent by nature; `if_match` asks for the version it replaces."""
        return self._add("PUT", path, who=who, body=body, answer=answer, if_match=if_match)

    def _add(
        self,
        method: str,
        path: str,
        *,
        who: Access,
        status: int = 200,
        body: type[Body] | None = None,
        query: type[Query] | None = None,
        answer: type[ma.Schema] | None = None,
        if_match: bool = False,
        writes: bool = True,
        largest: int | None = None,
        prepare: Prepare | None = None,
    ) -> Callable[[Handler], Handler]:
        def add(handler: Handler) -> Handler:
            self.routes.append(
                Route(
                    method,
                    path,
                    handler,
                    who,
                    status,
                    body,
                    query,
                    answer,
                    if_match,
                    writes,
                    largest=largest,
                    prepare=prepare,
                )
            )
            return handler

        return add

    def mount(self, flask: Flask, app: "App", guard: Callable[[Route, Any], Any]) -> None:
        """Add the routes to a Flask application; `guard` wraps each view (rate limits)."""
        for route in self.routes:
            view = guard(route, _view(route, app, self.on_refusal))
            flask.add_url_rule(
                route.path, f"{route.method} {route.path}", view, methods=[route.method]
            )


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
        body = _body(route)
        query = load(route.query, request.args.to_dict()) if route.query else {}
        version = _if_match() if route.if_match else None
        if not route.writes:
            with app.db.read() as session:
                call = Call(app, session, principal, body, query, path, version)
                answer = route.handler(call)
                if isinstance(answer, File):
                    return _send(answer)
                return _present(_dump(route, answer), route.status)

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
        return _present(kept, status)

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
        key = answers.check_key(sent, public=route.who.kind == "anyone")
    if key is None:
        prepared = prepare()
        with app.db.write() as session:
            answer, refusal = _attempt(work, session, prepared)
        if refusal is not None:
            raise refusal
        return route.status, answer
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
                answer, refusal = _attempt(work, session, prepared)
                if refusal is None:
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
        if refusal is not None:
            raise refusal
        return route.status, answer
    raise AssertionError("unreachable")


def _attempt(work: Work, session: Session, prepared: Any) -> tuple[dict[str, Any], Refused | None]:
    """The answer, or the refusal whose work is kept; other refusals roll back."""
    try:
        return work(session, prepared), None
    except Refused as refusal:
        if not refusal.keep_work:
            raise
        return {}, refusal


def _principal(route: Route, app: "App") -> Principal:
    if route.who.kind == "anyone":
        return Principal(sub="public")
    header = request.headers.get("Authorization")
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


def _body(route: Route) -> dict[str, Any]:
    g.raw_body = None
    if route.method == "GET":
        return {}
    if route.largest is not None:
        request.max_content_length = route.largest
    raw = request.get_data(cache=True)
    if route.body is None and not raw:
        return {}
    if raw and request.mimetype != "application/json":
        raise Refused(
            both("请以application/json发送。", "Send application/json."),
            status=415,
            code="unsupported_media_type",
        )
    g.raw_body = parse_json(raw)
    return load(route.body or Body, g.raw_body)


def parse_json(raw: bytes) -> Any:
    """Strict JSON: UTF-8, no NaN, no repeated names, not deep; Refused says what is wrong."""
    try:
        value = json.loads(
            raw.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_no_repeats
        )
    except UnicodeDecodeError as error:
        raise _bad_json(both("不是UTF-8编码。", "It is not UTF-8.")) from error
    except RecursionError as error:
        raise _bad_json(both("嵌套过深。", "It is nested too deeply.")) from error
    except json.JSONDecodeError as error:
        where = both(
            f"第{error.lineno}行第{error.colno}列有误。",
            f"Line {error.lineno}, column {error.colno}.",
        )
        raise _bad_json(where) from error
    except _NotStrict as error:
        raise _bad_json(str(error)) from error
    except ValueError as error:
        raise _bad_json(both("有过大的数字。", "A number is too large.")) from error
    if _depth(value) > _DEEPEST:
        raise _bad_json(both("嵌套过深。", "It is nested too deeply."))
    return value


def _depth(value: Any) -> int:
    deep, level = 0, [value]
    while level and deep <= _DEEPEST + 1:
        deep += 1
        inner: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                inner.extend(one.values())
            elif isinstance(one, list):
                inner.extend(one)
        level = inner
    return deep


class _NotStrict(ValueError):
    """JSON that Python would take and the standard does not."""


def _no_constant(name: str) -> Any:
    raise _NotStrict(both(f"不能使用{name}。", f"{name} is not JSON."))


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _NotStrict(both("有重复的字段名。", "A name is repeated."))
    return found


def _bad_json(reason: str) -> Refused:
    return Refused(
        both("请求内容不是有效的JSON。", "The body is not valid JSON."),
        code="bad_json",
        errors={"body": reason},
    )


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


def _present(answer: dict[str, Any], status: int) -> Response:
    response = jsonify(answer)
    response.status_code = status
    if isinstance(answer.get("version"), int):
        response.headers["ETag"] = f'"{answer["version"]}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _send(file: File) -> Response:
    response = Response(file.body) if isinstance(file.body, bytes) else _pieces(file.body)
    response.content_type = file.media_type
    shown = file.media_type.startswith("text/html")
    how = "inline" if shown else "attachment"
    response.headers["Content-Disposition"] = f'{how}; filename="{file.name}"'
    if shown:
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
        )
    response.headers["Cache-Control"] = "no-store"
    return response


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
