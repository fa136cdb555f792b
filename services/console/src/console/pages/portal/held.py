"""Secrets of a citizen that their browser alone keeps: of a draft, of an account.

Each is a cookie that no script can read. It goes when the browser is closed; on a device of one's
own it may stay as long as what it opens. Services know it by its digest, so it is over there first.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from flask import after_this_request, request
from werkzeug.wrappers import Response

from console.pages.desk import desk

DRAFT, ACCOUNT = "draft", "account"
_LASTS = {DRAFT: dt.timedelta(days=30), ACCOUNT: dt.timedelta(days=7)}
_DRAFT = re.compile(r"([0-9a-f-]{36})\.((?:draft|account)-[\w-]{20,100})\Z", re.ASCII)
_ACCOUNT = re.compile(r"account-[\w-]{20,100}\Z", re.ASCII)


@dataclass(frozen=True)
class HeldDraft:
    """The draft that this browser may open."""

    draft_id: str
    token: str


def held_draft() -> HeldDraft | None:
    """The draft of this browser; None where it has none."""
    found = _DRAFT.match(request.cookies.get(DRAFT, ""))
    return HeldDraft(found[1], found[2]) if found else None


def held_account() -> str | None:
    """The secret of the account that is signed in; None where nobody is."""
    found = _ACCOUNT.match(request.cookies.get(ACCOUNT, ""))
    return found[0] if found else None


def hold_draft(draft_id: str, token: str, *, stays: bool = False) -> None:
    """Have the browser keep the draft's secret, `stays`: after it is closed as well."""
    _set(DRAFT, f"{draft_id}.{token}", stays=stays)


def hold_account(token: str, *, stays: bool = False) -> None:
    """Have the browser keep the account's secret."""
    _set(ACCOUNT, token, stays=stays)


def let_go(name: str) -> None:
    """Have the browser forget a secret."""
    _on_response(lambda response: response.delete_cookie(name))


def _set(name: str, value: str, *, stays: bool) -> None:
    _on_response(
        lambda response: response.set_cookie(
            name,
            value,
            max_age=_LASTS[name] if stays else None,
            secure=desk().app.settings.cookies_secure,
            httponly=True,
            samesite="Lax",
        )
    )


def _on_response(change: Callable[[Response], None]) -> None:
    @after_this_request
    def changed(response: Response) -> Response:
        change(response)
        return response
