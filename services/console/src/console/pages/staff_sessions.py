"""Sessions of staff: opened with a token, which is renewed for as long as the session goes on.

    request -> door -> renewed? -- half of the token's life is over --> claim -> provider -> sealed
                   \\-- not yet, or another request is at it --> as it is

The provider's tokens last an hour or less, a working day is longer. Whom the provider gives no
other token has to sign in again; what roles they have is what the newest token says.
"""

import datetime as dt
import time
from collections.abc import Mapping
from typing import Any, NoReturn

from authlib.integrations.base_client.errors import OAuthError
from flask import abort, current_app, g
from flask_babel import gettext as _
from requests import RequestException

from console import use_cases
from console.asking import Answer, get
from console.pages.desk import ask, desk
from console.pages.provider import WAIT_S, refreshed
from console.use_cases import STAFF, Kept
from shared.auth import ROLES, Unauthorised
from shared.keys import KeysAway

_CLAIM = dt.timedelta(seconds=2 * WAIT_S)
_LOOK_AGAIN_S = 0.1


class NoRole(Exception):
    """Whoever signs in has none of our roles, so that no page is for them."""


def open_staff_session(token: str, *, refresh: str = "") -> None:
    """Open a session with a token that the services take; Unauthorised where they would not,
    NoRole where it opens nothing. Without a refresh token it ends with its token."""
    desk().open(STAFF, _holds(token, refresh=refresh))


def renewed(kept: Kept) -> Mapping[str, Any] | None:
    """What a session of staff holds, with another token where it is time for one; None where
    there is no other and the session has ended."""
    holds, now = kept.holds, _now()
    if not holds.get("refresh") or now < holds["renew_at"]:
        if now < holds.get("token_ends", now + 1):
            return holds
        desk().end(STAFF)
        return None
    with desk().app.db.write() as writing:
        claimed = use_cases.claim_renewal(
            writing, key=kept.key, now=desk().app.clock.now(), lasts=_CLAIM
        )
    if claimed:
        return _renew(kept)
    return holds if now < holds["token_ends"] else _renewed_by_another(kept)


def _renew(kept: Kept) -> Mapping[str, Any] | None:
    """Ask the provider for another token, and keep it in place of the one before."""
    holds = kept.holds
    try:
        answer = refreshed(holds["refresh"])
        fresh = _fresh(holds, answer)
    except (OAuthError, NoRole, Unauthorised) as error:
        cause = getattr(error, "error", None) or type(error).__name__
        current_app.logger.info("session ended by the provider", extra={"cause": cause})
        desk().end(STAFF)
        return None
    except (RequestException, KeysAway, ValueError) as error:
        current_app.logger.warning("no token renewed", extra={"cause": type(error).__name__})
        return holds if _now() < holds["token_ends"] else _away()
    with desk().app.db.write() as writing:
        use_cases.keep_renewed(writing, key=kept.key, holds=fresh)
    return fresh


def _fresh(holds: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    """What a session holds after the provider's answer. A provider need not send another identity
    token (OpenID Connect Core 12.2): then the session ends with the one that it has."""
    token = answer.get("id_token")
    if not token:
        return {**holds, "refresh": ""}
    fresh = _holds(token, refresh=answer.get("refresh_token") or holds["refresh"])
    if fresh["account"] != holds["account"]:
        raise Unauthorised("the token is for another person")
    return fresh


def _renewed_by_another(kept: Kept) -> Mapping[str, Any] | None:
    """The token that another request of this session is asking for; it is waited for."""
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        time.sleep(_LOOK_AGAIN_S)
        found = desk().found(STAFF)
        if found is None:
            return None
        if _now() < found.holds["token_ends"]:
            return found.holds
    return _away()


def _holds(token: str, *, refresh: str) -> dict[str, Any]:
    """What a session with this token holds. Another is due after half of its life."""
    principal = desk().app.verifier.principal(f"Bearer {token}")
    if not principal.has(*ROLES):
        raise NoRole
    if principal.name:
        desk().remember(principal.sub, principal.name)
    g.token = token
    units = ask(get("routing", "/v1/units")).items
    names = {unit["code"]: unit["name"] for unit in units}
    return {
        "account": principal.sub,
        "roles": sorted(principal.roles),
        "unit": principal.unit,
        "unit_name": names.get(principal.unit or "", ""),
        "scope": sorted(principal.unit_scope),
        "token": token,
        "token_ends": principal.until,
        "refresh": refresh,
        "renew_at": (_now() + principal.until) / 2,
    }


def _away() -> NoReturn:
    g.refused = Answer(None, {"detail": _("统一身份认证系统暂时无法连接，请稍后再试。")})
    abort(503)


def _now() -> float:
    return desk().app.clock.now().timestamp()
