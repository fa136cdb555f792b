"""The same matter told again: proposals side by side, matters put together and apart."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from console.asking import Answer, get, post
from console.domain.petition_form import one
from console.pages.desk import ask, ask_all, needed
from console.pages.doors import open_to
from console.pages.office.desk import office
from console.pages.office.register import key_to_send, status_of

_DECIDERS = ("registrar", "dispatcher", "supervisor", "leader")


@office.get("/proposals")
@open_to(*_DECIDERS)
def proposals() -> Any:
    """Pairs that may be one matter, the newest first."""
    cursor = request.args.get("cursor")
    listed = ask(get("intake", "/v1/matter-proposals", cursor=cursor, limit=20))
    return render_template("office/intake/proposals.html", listed=listed)


@office.route("/proposals/<petition_id>/<other_id>", methods=["GET", "POST"])
@open_to(*_DECIDERS)
def proposal(petition_id: str, other_id: str) -> Any:
    """Two petitions side by side, and whether they are one matter."""
    refused = None
    if request.method == "POST":
        refused = _decide(petition_id, other_id)
        if refused.ok:
            together = one(request.form.getlist, "decision") == "together"
            flash(_("已合并为同一事项。") if together else _("已记为不同事项，不再提示。"), "done")
            return redirect(url_for("office.proposals"))
    both = ask_all(
        petition=get("intake", f"/v1/petitions/{petition_id}", route="/v1/petitions/{id}"),
        other=get("intake", f"/v1/petitions/{other_id}", route="/v1/petitions/{id}"),
    )
    shown = render_template(
        "office/intake/proposal.html",
        both=[needed(both["petition"]), needed(both["other"])],
        typed=request.form,
        **_said(refused),
    )
    return shown, status_of(refused)


@office.get("/matters/<matter_id>")
def matter(matter_id: str) -> Any:
    """A matter: its petitions, who decided what."""
    return _matter(matter_id)


@office.post("/matters/<matter_id>/unmerge")
@open_to(*_DECIDERS)
def unmerge(matter_id: str) -> Any:
    """Undo a decision: each petition is where it was before."""
    sent = request.form.getlist
    body: dict[str, Any] = {"reason": one(sent, "reason")}
    if (decision := one(sent, "decision")).isdigit():
        body["decision"] = int(decision)
    return _apart(matter_id, "unmerge", body, _("已撤销这次合并。"))


@office.post("/matters/<matter_id>/release")
@open_to(*_DECIDERS)
def release(matter_id: str) -> Any:
    """Take petitions out of a matter."""
    sent = request.form.getlist
    body = {"petition_ids": sent("petition_ids"), "reason": one(sent, "reason")}
    return _apart(matter_id, "release", body, _("已移出。"))


def _decide(petition_id: str, other_id: str) -> Answer:
    sent, key = request.form.getlist, request.form.get("key")
    reason = one(sent, "reason")
    if one(sent, "decision") == "together":
        pair = {"petition_ids": [petition_id, other_id], "reason": reason}
        return ask(post("intake", "/v1/matters", pair | {"kind": one(sent, "kind")}, key=key))
    path, route = f"/v1/petitions/{petition_id}/not-same", "/v1/petitions/{id}/not-same"
    return ask(post("intake", path, {"other_id": other_id, "reason": reason}, route=route, key=key))


def _apart(matter_id: str, what: str, body: dict[str, Any], said: str) -> Any:
    path, route = f"/v1/matters/{matter_id}/{what}", "/v1/matters/{id}/" + what
    answer = ask(post("intake", path, body, route=route, key=request.form.get("key")))
    if not answer.ok:
        return _matter(matter_id, doing=what, refused=answer)
    flash(said, "done")
    left = ask(get("intake", f"/v1/matters/{matter_id}", route="/v1/matters/{id}"))
    there = url_for("office.matter", matter_id=matter_id) if left.ok else None
    return redirect(there or url_for("office.proposals"))


def _matter(matter_id: str, *, doing: str = "", refused: Answer | None = None) -> Any:
    found = needed(ask(get("intake", f"/v1/matters/{matter_id}", route="/v1/matters/{id}")))
    shown = render_template(
        "office/intake/matter.html",
        matter=found,
        numbers={row["petition_id"]: row["petition_no"] for row in found["petitions"]},
        doing=doing,
        typed=request.form,
        **_said(refused),
    )
    return shown, status_of(refused)


def _said(refused: Answer | None) -> dict[str, Any]:
    names = {"reason": _("理由"), "kind": _("关系"), "petition_ids": _("信访件")}
    errors = refused.errors if refused else {}
    return {
        "refused": refused,
        "errors": errors,
        "names": names,
        "key": key_to_send(refused),
    }
