"""Petitions that may be accusations, until somebody has read them (T22 Arts.22(2), 30)."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from console.asking import get, post
from console.domain.petition_form import one
from console.pages.desk import ask, ask_all, needed
from console.pages.doors import open_to
from console.pages.office.desk import office
from console.pages.office.register import key_to_send, status_of


@office.get("/suspicions")
@open_to("dispatcher", "leader")
def suspicions() -> Any:
    """Those that wait, the oldest first."""
    cursor = request.args.get("cursor")
    answers = ask_all(
        listed=get("intake", "/v1/suspicions", cursor=cursor, limit=25),
        channels=get("intake", "/v1/channels"),
    )
    channels = {channel["code"]: channel["name"] for channel in answers["channels"].items}
    return render_template(
        "office/intake/suspicions.html", listed=answers["listed"], channels=channels
    )


@office.route("/suspicions/<petition_id>", methods=["GET", "POST"])
@open_to("dispatcher", "leader")
def suspicion(petition_id: str) -> Any:
    """Read one, and say with a reason whether it is an accusation."""
    refused = None
    sent = request.form.getlist
    if request.method == "POST":
        said = {"decision": one(sent, "decision"), "reason": one(sent, "reason")}
        path, route = f"/v1/petitions/{petition_id}/suspicion", "/v1/petitions/{id}/suspicion"
        refused = ask(post("intake", path, said, route=route, key=request.form.get("key")))
        if refused.ok:
            flash(_("已记下您的认定。"), "done")
            return redirect(url_for("office.suspicions"))
    path, route = f"/v1/petitions/{petition_id}", "/v1/petitions/{id}"
    shown = render_template(
        "office/intake/suspicion.html",
        petition=needed(ask(get("intake", path, route=route))),
        refused=refused,
        errors=refused.errors if refused else {},
        key=key_to_send(refused),
        typed=request.form,
    )
    return shown, status_of(refused)
