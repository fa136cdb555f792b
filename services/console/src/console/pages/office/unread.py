"""What came in and could not be read, until somebody dealt with it."""

import base64
import binascii
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from console.asking import Answer, get, post
from console.domain.petition_form import one
from console.pages.desk import ask, ask_all
from console.pages.doors import open_to
from console.pages.office.desk import office
from console.pages.office.register import status_of

_STATES = ("open", "dealt", "all")


@office.get("/unread")
@open_to("registrar", "dispatcher")
def unread() -> Any:
    """The list, oldest first; nothing of the words or the sender."""
    return _list()


@office.post("/unread/<unread_id>/original")
@open_to("registrar", "dispatcher")
def unread_original(unread_id: str) -> Any:
    """The message byte for byte, for saving; written down with the purpose."""
    purpose = one(request.form.getlist, "purpose")
    answer = _post(unread_id, "original", {"purpose": purpose})
    if not answer.ok:
        return _list(refused=answer, of=unread_id, doing="original")
    try:
        content = base64.b64decode(answer.body["base64"], validate=True)
    except binascii.Error:
        return _list(refused=Answer(None), of=unread_id, doing="original")
    response = make_response(content)
    # Whatever it says it is, it is kept and not opened: it could not be read for a reason.
    response.headers["Content-Type"] = "application/octet-stream"
    response.headers["Content-Disposition"] = f'attachment; filename="{unread_id}.bin"'
    response.headers["Cache-Control"] = "no-store"
    return response


@office.post("/unread/<unread_id>/dealt")
@open_to("registrar", "dispatcher")
def deal_with_unread(unread_id: str) -> Any:
    """Say what was done about a message."""
    answer = _post(unread_id, "dealt", {"note": one(request.form.getlist, "note")})
    if not answer.ok:
        return _list(refused=answer, of=unread_id, doing="dealt")
    flash(_("已记为处理完毕。"), "done")
    return redirect(url_for("office.unread"))


def _post(unread_id: str, what: str, body: dict[str, Any]) -> Answer:
    path, route = f"/v1/unread/{unread_id}/{what}", "/v1/unread/{id}/" + what
    return ask(post("intake", path, body, route=route, key=request.form.get("key")))


def _list(*, refused: Answer | None = None, of: str = "", doing: str = "") -> Any:
    asked = request.args.get("state", "open")
    state = asked if asked in _STATES else "open"
    cursor = request.args.get("cursor")
    answers = ask_all(
        listed=get("intake", "/v1/unread", state=state, cursor=cursor, limit=25),
        channels=get("intake", "/v1/channels"),
    )
    shown = render_template(
        "office/intake/unread.html",
        listed=answers["listed"],
        channels={channel["code"]: channel["name"] for channel in answers["channels"].items},
        state=state,
        refused=refused,
        errors=refused.errors if refused else {},
        of=of,
        doing=doing,
        typed=request.form,
    )
    return shown, status_of(refused)
