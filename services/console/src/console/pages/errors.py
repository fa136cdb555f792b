"""Pages for what went wrong: in the reader's words, with the way on."""

import logging
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from console.domain.portal_menu import MENU
from shared.db import is_infrastructure
from shared.errors import Refused
from shared.log import describe
from shared.web.problems import problem

log = logging.getLogger(__name__)
_JSON = ("/v1/", "/openapi.json", "/healthz", "/readyz")


def register(flask: Flask) -> None:
    """Make every error of a page a page; what speaks JSON keeps its problem documents."""
    csrf = CSRFProtect()
    csrf.init_app(flask)
    for name, view in list(flask.view_functions.items()):
        if " /v1/" in name:
            csrf.exempt(view)

    @flask.errorhandler(Refused)
    def refused(error: Refused) -> Any:
        return problem(error) if _speaks_json() else _page(error.status)

    @flask.errorhandler(CSRFError)
    def forged(_error: CSRFError) -> Any:
        return _page(HTTPStatus.BAD_REQUEST, stale_form=True)

    @flask.errorhandler(HTTPException)
    def http(error: HTTPException) -> Any:
        status = error.code or 500
        if _speaks_json():
            text = error.description or HTTPStatus(status).phrase
            code = HTTPStatus(status).phrase.lower().replace(" ", "_")
            return problem(Refused(text, status=status, code=code))
        if status == HTTPStatus.UNAUTHORIZED and request.path.startswith("/office"):
            return _to_sign_in()
        return _page(status)

    @flask.errorhandler(sa.exc.SQLAlchemyError)
    def database(error: sa.exc.SQLAlchemyError) -> Any:
        if not is_infrastructure(error):
            return unexpected(error)
        log.warning("database is away", extra={"cause": describe(error)})
        if _speaks_json():
            return problem(Refused("", status=503, code="unavailable"))
        return _page(HTTPStatus.SERVICE_UNAVAILABLE)

    @flask.errorhandler(Exception)
    def unexpected(error: Exception) -> Any:
        log.error("unexpected error", exc_info=error, extra={"route": str(request.url_rule)})
        if _speaks_json():
            return problem(Refused("", status=500, code="internal"))
        return _page(HTTPStatus.INTERNAL_SERVER_ERROR)


def _speaks_json() -> bool:
    return request.path.startswith(_JSON)


def _to_sign_in() -> Response:
    """The sign-in page, and from there back; parts of a page have the browser go there whole."""
    there = url_for("office.sign_in", next=request.full_path.rstrip("?"))
    if request.method != "GET":
        there = url_for("office.sign_in", next=request.form.get("here", ""), kept=1)
    if request.headers.get("HX-Request"):
        # The part that renews itself is no page to come back to; the page that it is in is.
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
        whole = page.path + (f"?{page.query}" if page.query else "")
        there = url_for("office.sign_in", next=whole, kept=1)
        return Response(status=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": there})
    return redirect(there)


def _page(status: int, *, stale_form: bool = False) -> tuple[str, int]:
    answer = g.get("refused")
    said = answer.detail if answer is not None else ""
    titles = {
        HTTPStatus.BAD_REQUEST: _("请求无法处理"),
        HTTPStatus.FORBIDDEN: _("您没有查看此页的权限"),
        HTTPStatus.NOT_FOUND: _("没有找到"),
        HTTPStatus.METHOD_NOT_ALLOWED: _("这个地址不能直接打开"),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("文件太大"),
        HTTPStatus.TOO_MANY_REQUESTS: _("请求过于频繁，请稍后再试"),
        HTTPStatus.SERVICE_UNAVAILABLE: _("服务暂时不可用"),
    }
    title = _("页面已过期，请刷新后重新提交") if stale_form else titles.get(HTTPStatus(status))
    ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return (
        render_template(
            "error.html",
            title=title or (_("系统出错，已记录") if ours else _("请求无法处理")),
            said=said,
            status=status,
            portal_menu=MENU,
            office=request.path.startswith("/office") and "member" in g,
        ),
        status,
    )
