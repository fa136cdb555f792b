"""The blueprint of the citizens' pages, and what its pages share."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from console.asking import Answer
from console.domain.portal_menu import MENU
from console.pages.desk import desk
from console.pages.looks import moment
from console.pages.portal.held import held_account

portal = Blueprint("portal", __name__)

_FORM_BYTES, _UPLOAD_BYTES = 2 * 2**20, 64 * 2**20
_TAKEN = "taken"
_WITH_FILES = "multipart/form-data"


@portal.url_value_preprocessor
def let_words_and_files_in(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A whole letter is longer than a form usually may be; files come with the forms that have
    them. It is said before anything of the form is read, which the check for forgery does."""
    request.max_form_memory_size = _FORM_BYTES
    request.max_content_length = _UPLOAD_BYTES if request.mimetype == _WITH_FILES else _FORM_BYTES


@portal.context_processor
def known() -> dict[str, Any]:
    """What every page of the portal knows: its menu, and whether an account is signed in."""
    return {"portal_menu": MENU, "has_account": held_account() is not None}


@portal.errorhandler(401)
def session_over(_error: Exception) -> Response:
    """The hour of a petition's session is over: number and code are asked for again."""
    flash(_("查询已超时。为了您的信息安全，请重新输入编号和查询码。"), "info")
    return redirect(url_for("portal.look_up"))


def moment_now() -> str:
    """The office's time of day, as 09:30."""
    return moment(desk().app.clock.now()).rpartition(" ")[2]


def page(template: str, answer: Answer | None = None, **known_: Any) -> tuple[str, int]:
    """A page of the portal, with the status of the answer that refused what was sent, if any."""
    refused = None if answer is None or answer.ok else answer
    status = 200 if refused is None else (refused.status or 503)
    taken = session.pop(_TAKEN, None)
    shown = render_template(f"portal/{template}.html", refused=refused, taken=taken, **known_)
    return shown, status


def note_taken(form: str) -> None:
    """Have the next page tell the browser that it need not keep what was typed into a form."""
    session[_TAKEN] = form
