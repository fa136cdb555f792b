"""The written opinion on a case: drafted with checks as one types, approved, its versions.

typed --check (nothing kept)--> findings     save --If-Match--> draft --submit--> head of the unit
approve | return with the reason             issued by the action of the case (reply, decide ...)
"""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from console.asking import Answer, get, post, put
from console.domain import opinions as words
from console.pages.desk import ask, refuse
from console.pages.looks import translated
from console.pages.office.case_frame import case_and, of_case, show
from console.pages.office.desk import office

_DRAFTERS = ("handler", "unit_head", "reviewer", "dispatcher")
_APPROVERS = ("unit_head", "leader")


@office.get("/cases/<case_id>/opinion")
def opinion(case_id: str) -> Any:
    """The newest opinion, to be worked on by whoever drafts it and read by others."""
    return _page(case_id)


@office.post("/cases/<case_id>/opinion")
def save_opinion(case_id: str) -> Any:
    """Keep the draft, and send it up where that was asked for; a row more where that was."""
    sent = request.form
    typed = words.read_opinion(sent.getlist)
    if more := sent.get("more"):
        typed[more] = [*typed.get(more, []), {}]
        return _page(case_id, typed=typed)
    answer = ask(
        put(
            "routing",
            f"/v1/cases/{case_id}/opinion",
            typed,
            route="/v1/cases/{id}/opinion",
            version=sent.get("version"),
        )
    )
    if answer.ok and sent.get("then") == "submit":
        saved = answer.body["version"]
        answer = ask(_step(case_id, "submit", version=saved))
        if not answer.ok:
            return _page(case_id, typed=typed, refused=answer)
        flash(_("意见书已送审。"), "done")
    elif answer.ok:
        flash(_("意见书草稿已保存。"), "done")
    else:
        return _page(case_id, typed=typed, refused=answer)
    return redirect(url_for("office.opinion", case_id=case_id))


@office.post("/cases/<case_id>/opinion/check")
def check_opinion(case_id: str) -> Any:
    """What the checks say of what is typed now; nothing is kept."""
    checked = ask(
        post(
            "routing",
            f"/v1/cases/{case_id}/opinion/check",
            words.read_opinion(request.form.getlist),
            route="/v1/cases/{id}/opinion/check",
        )
    )
    return render_template("office/findings.html", checked=checked, field_of=words.field_of)


@office.post("/cases/<case_id>/opinion/<step>")
def decide_opinion(case_id: str, step: str) -> Any:
    """Approve what was sent up, or return it with the reason."""
    sent = request.form
    if step not in ("approve", "return"):
        refuse(Answer(404))
    body = {"reason": sent.get("reason", "").strip()} if step == "return" else None
    answer = ask(_step(case_id, step, body=body, version=sent.get("version")))
    if not answer.ok:
        return _page(case_id, refused=answer)
    flash(_("意见书：%(status)s", status=translated(answer.body["status_name"])), "done")
    return redirect(url_for("office.opinion", case_id=case_id))


def _page(
    case_id: str, *, typed: dict[str, Any] | None = None, refused: Answer | None = None
) -> Any:
    case, answers = case_and(
        case_id,
        newest=of_case(case_id, "opinion"),
        versions=of_case(case_id, "opinion/versions", limit=20),
        similar=of_case(case_id, "similar-answers"),
        units=get("routing", "/v1/units"),
    )
    level = words.level_of(case)
    newest = answers["newest"].body if answers["newest"].ok else None
    at_level = newest
    if newest and newest["level"] != level:
        found = ask(of_case(case_id, "opinion", level=level))
        at_level = found.body if found.ok else None
    current = at_level if at_level and at_level["status"] != "issued" else None
    issued = newest if newest and newest["status"] == "issued" else None
    draft = typed or (current["opinion"] if current else None)
    if draft is None:
        names = {one["code"]: one["name"] for one in answers["units"].items}
        draft = words.begun(case, _petitions(case), names)
    return show(
        "office/opinion.html",
        case,
        status=200 if refused is None else (refused.status or 503),
        current=current,
        issued=issued,
        draft=draft,
        version=at_level["version"] if at_level else 0,
        level=level,
        kinds=words.kinds_at(level),
        tables=words,
        versions=answers["versions"],
        similar=answers["similar"],
        refused=refused,
        away=answers["newest"].away,
        field_of=words.field_of,
        drafters=_DRAFTERS,
        approvers=_APPROVERS,
    )


def _petitions(case: dict[str, Any]) -> list[dict[str, Any]]:
    """The petitions' own words, to begin an opinion with."""
    answers = [
        ask(get("intake", f"/v1/petitions/{first}", route="/v1/petitions/{id}"))
        for first in case["petition_ids"][:1]
    ]
    return [found.body for found in answers if found.ok]


def _step(case_id: str, step: str, *, body: Any = None, version: Any = None) -> Any:
    return post(
        "routing",
        f"/v1/cases/{case_id}/opinion/{step}",
        body,
        route=f"/v1/cases/{{id}}/opinion/{step}",
        version=version,
    )
