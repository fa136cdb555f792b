"""Following a petition by number and code: stages in plain words, and what may be asked for now.

number and code -> intake's token, kept in a session of the server for an hour -> the petition
"""

import datetime as dt
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from console.asking import get, post, put
from console.domain import following, steps
from console.pages.desk import ask, ask_all, desk, needed
from console.pages.doors import let_citizen_in
from console.pages.looks import translated
from console.pages.portal.desk import page, portal
from console.use_cases import CITIZEN

_ROUTE = "/v1/public/petitions/{no}"


@portal.get("/follow")
def look_up() -> Any:
    """The form for number and code; the petition itself where this browser has shown them."""
    if let_citizen_in() is not None:
        return redirect(url_for("portal.petition"))
    return page("look_up", number="")


@portal.post("/follow")
def show_code() -> Any:
    """Exchange number and code for a session of an hour."""
    number = following.number_of(request.form.get("petition_no", ""))
    code = request.form.get("query_code", "").strip()
    if following.PETITION_NO.match(number) is None or not code:
        return page("look_up", number=request.form.get("petition_no", ""), incomplete=True)
    address = f"/v1/public/petitions/{number}/session"
    answer = ask(post("intake", address, {"query_code": code}, route=f"{_ROUTE}/session"))
    if not answer.ok:
        return page("look_up", answer, number=number)
    open_petition(number, answer.body)
    return redirect(url_for("portal.petition"))


@portal.get("/follow/petition")
def petition() -> Any:
    """How far the petition has come, what comes next, and what may be done now."""
    number = own_petition()
    answers = ask_all(
        progress=get("intake", f"/v1/public/petitions/{number}", route=_ROUTE),
        evaluations=get("satisfaction", "/v1/public/evaluations"),
        papers=get("routing", "/v1/public/documents"),
    )
    progress = needed(answers["progress"])
    return page(
        "petition",
        progress=progress,
        next_words=following.NEXT.get(progress["state"], following.NEXT_OTHERWISE),
        evaluations=answers["evaluations"],
        papers=answers["papers"],
        objects=following.OBJECTS,
        grades=following.GRADES,
        icons=following.GRADE_ICONS,
        about=following.ABOUT,
        media=steps.MEDIA,
    )


@portal.route("/follow/notify", methods=["GET", "POST"])
def notify() -> Any:
    """Choose how to be served, consent to electronic service or take the consent back."""
    number = own_petition()
    if request.method == "GET":
        choice = _progress(number)["choice"]
        consent = choice["consent_to_electronic_service"]
        medium = choice["medium"] or ""
        return page("notify", media=steps.MEDIA, medium=medium, consent=consent, choice=choice)
    chosen = request.form.get("medium") or None
    consent = request.form.get("consent") == "true"
    said = {"medium": chosen, "consent_to_electronic_service": consent}
    address = f"/v1/public/petitions/{number}/notify"
    answer = ask(put("intake", address, said, route=f"{_ROUTE}/notify"))
    if not answer.ok:
        return page("notify", answer, media=steps.MEDIA, medium=chosen or "", consent=consent)
    flash(
        _(
            "已改为：%(medium)s。",
            medium=translated(answer.body["medium_name"]) or _("按留下的联系方式告知"),
        )
        + (_("您同意电子送达。") if consent else _("您没有同意电子送达。")),
        "done",
    )
    return redirect(url_for("portal.petition"))


@portal.post("/follow/evaluate")
def evaluate() -> Any:
    """Say how one of the two was: the petition office or the unit that handled the matter."""
    own_petition()
    said = {
        "object": request.form.get("object", ""),
        "grade": request.form.get("grade", ""),
        "comment": request.form.get("comment", "").strip() or None,
    }
    if not said["grade"]:
        flash(_("请先选择是否满意，再提交评价。"), "wrong")
        return redirect(url_for("portal.petition", _anchor="evaluate"))
    key = request.form.get("key")
    answer = ask(post("satisfaction", "/v1/public/evaluations", said, key=key))
    if answer.ok:
        flash(_("评价已收到，谢谢您。"), "done")
    elif answer.away:
        flash(_("评价暂时没有送到，请稍后再试一次。"), "wrong")
    else:
        flash(answer.errors.get("comment") or answer.detail, "wrong")
    return redirect(url_for("portal.petition", _anchor="evaluate"))


@portal.post("/follow/end")
def stop_following() -> Response:
    """End the session, on a machine that others use too."""
    desk().end(CITIZEN)
    flash(_("已退出查询。"), "info")
    return redirect(url_for("portal.look_up"))


def _progress(number: str) -> Any:
    return needed(ask(get("intake", f"/v1/public/petitions/{number}", route=_ROUTE)))


def own_petition() -> str:
    """The number of the petition that this browser has shown the code of; 401 where none."""
    kept = let_citizen_in()
    if kept is None:
        abort(401)
    g.petition_no = kept["petition_no"]
    return str(kept["petition_no"])


def open_petition(number: str, session: dict[str, Any]) -> None:
    """Keep a petition's token for as long as it is good."""
    lasts = dt.timedelta(seconds=int(session["expires_in"]))
    desk().open(CITIZEN, {"token": session["token"], "petition_no": number}, lasts=lasts)
