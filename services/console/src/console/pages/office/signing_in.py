"""Signing in: by an OpenID Connect provider, or by local accounts where none is named."""

from http import HTTPStatus
from typing import Any

from authlib.integrations.base_client.errors import MismatchingStateError, OAuthError
from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.wrappers import Response

from console.asking import post
from console.pages.desk import ask, desk
from console.pages.languages import own_path
from console.pages.office.desk import office
from console.pages.provider import provider
from console.pages.staff_sessions import NoRole, open_staff_session
from console.use_cases import STAFF
from shared.auth import Unauthorised
from shared.keys import KeysAway

_ALL_WAYS_TO_FAIL = (
    *(NoRole, OAuthError, JoseError, Unauthorised, KeysAway),
    *(RequestException, KeyError, ValueError, RuntimeError),
)


@office.get("/sign-in")
def sign_in() -> Any:
    """The way in: to the provider, or the form of local accounts."""
    session["next"] = own_path(request.args.get("next") or url_for("office.my_work"))
    if desk().app.settings.oidc_issuer and "kept" not in request.args:
        return redirect(url_for("office.at_provider"))
    return _form()


@office.post("/sign-in")
def sign_in_locally() -> Any:
    """Sign in with a local account."""
    name, password = request.form.get("username", ""), request.form.get("password", "")
    answer = ask(post("auth", "/token", {"username": name, "password": password}))
    if answer.away:
        return _form(name=name, wrong=_("登录服务暂时不可用，请稍后再试。"))
    if not answer.ok:
        return _form(name=name, wrong=answer.detail or _("用户名或密码不正确。"))
    try:
        open_staff_session(answer.body["access_token"])
    except NoRole:
        return _form(name=name, wrong=_without_role())
    return redirect(session.pop("next", None) or url_for("office.my_work"))


@office.get("/sign-in/provider")
def at_provider() -> Any:
    """Off to the provider."""
    try:
        return provider().authorize_redirect(url_for("office.back", _external=True))
    except (RequestException, KeyError, ValueError, RuntimeError) as error:
        return _failed(error, _provider_away())


@office.get("/sign-in/back")
def back() -> Any:
    """Back from the provider with a code, which is exchanged for a token."""
    try:
        token = provider().authorize_access_token()
        # As Kubernetes does: the identity token is what services check, by the provider's keys.
        open_staff_session(token["id_token"], refresh=token.get("refresh_token") or "")
    except _ALL_WAYS_TO_FAIL as error:
        return _failed(error, _why(error))
    return redirect(session.pop("next", None) or url_for("office.my_work"))


@office.post("/sign-out")
def sign_out() -> Response:
    """End the session here, and at the provider, so that the next person signs in as themselves."""
    desk().end(STAFF)
    flash(_("您已退出登录。"))
    here = url_for("office.sign_in", kept=1, _external=True)
    if desk().app.settings.oidc_issuer:
        try:
            there = provider().create_logout_url(
                post_logout_redirect_uri=here, client_id=desk().app.settings.oidc_client_id
            )
            return redirect(there["url"])
        except (RequestException, ValueError, RuntimeError) as error:
            current_app.logger.warning(
                "signed out here alone", extra={"cause": type(error).__name__}
            )
    return redirect(here)


def _why(error: Exception) -> str:
    """What to tell whom the provider has sent back in vain."""
    if isinstance(error, NoRole):
        return _without_role()
    if isinstance(error, MismatchingStateError):
        return _("这次登录已失效，或不是在这个浏览器里发起的，请重新登录。")
    if isinstance(error, OAuthError) and error.error == "access_denied":
        return _("您取消了登录，或统一身份认证系统没有允许您登录。")
    if isinstance(error, (RequestException, KeysAway)):
        return _provider_away()
    return _("统一身份认证系统发来的登录凭证不能使用，请重新登录；仍不成功请联系管理员。")


def _failed(error: Exception, wrong: str) -> tuple[str, int]:
    """The sign-in page with what went wrong; the log has its kind, never what was sent."""
    cause = getattr(error, "error", None) or type(error).__name__
    current_app.logger.warning("sign-in failed", extra={"cause": cause})
    return _form(wrong=wrong)


def _provider_away() -> str:
    return _("统一身份认证系统暂时无法连接，请稍后再试。")


def _without_role() -> str:
    return _("您的账号还没有分配本系统的岗位角色，请联系系统管理员开通。")


def _form(*, name: str = "", wrong: str = "") -> tuple[str, int]:
    shown = render_template(
        "office/sign_in.html",
        name=name,
        wrong=wrong,
        provider=bool(desk().app.settings.oidc_issuer),
    )
    return shown, HTTPStatus.UNAUTHORIZED if wrong else HTTPStatus.OK
