"""Opinions that wait for whoever signs them: read with their findings, approved or returned."""

from http import HTTPStatus
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from console.asking import Answer, Ask, get, post
from console.domain.opinions import FINDINGS, KIND_NAMES, LEVELS, USUAL_REASONS
from console.pages.desk import ask, ask_all, language, needed
from console.pages.doors import open_to
from console.pages.office.desk import office

_MOST = 50
_signing = open_to("unit_head", "leader")


@office.get("/approvals")
@_signing
def approvals() -> Any:
    """What waits for the reader's approval, longest first."""
    waiting = ask(
        get("routing", "/v1/opinions/waiting", cursor=request.args.get("cursor"), limit=_MOST)
    )
    return render_template("office/approvals.html", waiting=waiting, kinds=KIND_NAMES)


@office.post("/approvals")
@_signing
def approve_several() -> Any:
    """Approve the chosen ones; each has its own result."""
    pairs = [one.rpartition(":") for one in request.form.getlist("chosen")]
    items = [
        {"case_id": case_id, "version": int(version)}
        for case_id, _colon, version in pairs
        if version.isdigit()
    ]
    if not items:
        flash(_("请先选择要批准的意见书。"), "wrong")
        return redirect(url_for("office.approvals"), code=303)
    waiting = ask(get("routing", "/v1/opinions/waiting", limit=200))
    titles = {one["case_id"]: one for one in waiting.items}
    body, key = {"items": items}, request.form.get("key")
    became = ask(post("routing", "/v1/opinions/approve", body, key=key))
    return render_template(
        "office/approvals_done.html", became=became, titles=titles, english=language() == "en"
    ), HTTPStatus.OK if became.ok else (became.status or HTTPStatus.SERVICE_UNAVAILABLE)


@office.get("/approvals/<case_id>")
@_signing
def approval(case_id: str) -> Any:
    """One opinion as it would go out, with what the checks found."""
    return _shown(case_id)


@office.post("/approvals/<case_id>/approve")
@_signing
def approve_opinion(case_id: str) -> Any:
    """Approve it and go on to the next one that waits."""
    return _decide(case_id, "approve", None, _("已批准，承办人可以出具。"))


@office.post("/approvals/<case_id>/return")
@_signing
def return_opinion(case_id: str) -> Any:
    """Return it to its drafter with a reason, typed or chosen, and go on to the next one."""
    reason = request.form.get("usual") or request.form.get("reason", "").strip()
    return _decide(case_id, "return", {"reason": reason}, _("已退回起草人修改。"))


def _decide(case_id: str, step: str, body: dict[str, str] | None, said: str) -> Any:
    sent = request.form
    answer = ask(
        post(
            "routing",
            f"/v1/cases/{case_id}/opinion/{step}",
            body,
            route=f"/v1/cases/{{id}}/opinion/{step}",
            key=sent.get("key"),
            version=sent.get("version"),
        )
    )
    if not answer.ok:
        return _shown(case_id, refused=answer)
    flash(said, "done")
    return _to_next()


def _to_next() -> Response:
    waiting = ask(get("routing", "/v1/opinions/waiting", limit=1)).items
    if waiting:
        return redirect(url_for("office.approval", case_id=waiting[0]["case_id"]), code=303)
    return redirect(url_for("office.approvals"), code=303)


def _shown(case_id: str, *, refused: Answer | None = None) -> Any:
    path = f"/v1/cases/{case_id}"
    asks: dict[str, Ask] = {
        "case": get("routing", path, route="/v1/cases/{id}"),
        "opinion": get("routing", f"{path}/opinion", route="/v1/cases/{id}/opinion"),
    }
    answers = ask_all(**asks)
    shown = render_template(
        "office/approval.html",
        case=needed(answers["case"]),
        opinion=needed(answers["opinion"]),
        refused=refused,
        kinds=KIND_NAMES,
        levels=LEVELS,
        found=FINDINGS,
        usual=USUAL_REASONS,
    )
    status = HTTPStatus.OK if refused is None else refused.status
    return shown, status or HTTPStatus.SERVICE_UNAVAILABLE
