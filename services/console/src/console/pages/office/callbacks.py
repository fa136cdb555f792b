"""Callers who are owed a call: taken, called, put back."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from console.asking import Answer, post
from console.pages.desk import ask
from console.pages.doors import open_to
from console.pages.looks import translated
from console.pages.office.desk import office
from console.pages.office.register import status_of


@office.post("/callbacks/<callback_id>/claim")
@open_to("registrar")
def claim_callback(callback_id: str) -> Any:
    """Take a callback and see whom to call about what; shown in answer to the button alone."""
    answer = _ask(callback_id, "claim")
    return _shown(answer)


@office.post("/callbacks/<callback_id>/tries")
@open_to("registrar")
def note_try(callback_id: str) -> Any:
    """Note what came of a try."""
    answer = _ask(callback_id, "tries", {"result": request.form.get("result", "")})
    if not answer.ok:
        claimed = _ask(callback_id, "claim")
        return _shown(claimed, refused=answer) if claimed.ok else _shown(answer)
    flash(_("已记下：%(state)s。", state=translated(answer.body["state_name"])), "done")
    return redirect(url_for("office.calls"))


@office.post("/callbacks/<callback_id>/release")
@open_to("registrar", "dispatcher", "leader")
def release_callback(callback_id: str) -> Any:
    """Put a callback back on the list."""
    answer = _ask(callback_id, "release")
    if not answer.ok:
        return _shown(answer)
    flash(_("已放回待回拨列表。"), "done")
    return redirect(url_for("office.calls"))


def _ask(callback_id: str, what: str, body: dict[str, Any] | None = None) -> Answer:
    route = "/v1/callbacks/{id}/" + what
    path = f"/v1/callbacks/{callback_id}/{what}"
    return ask(post("intake", path, body, route=route, key=request.form.get("key")))


def _shown(answer: Answer, *, refused: Answer | None = None) -> Any:
    why = refused if refused is not None else (None if answer.ok else answer)
    shown = render_template(
        "office/intake/callback.html",
        callback=answer.body if answer.ok else None,
        refused=why,
        errors=why.errors if why else {},
    )
    return shown, status_of(why)
