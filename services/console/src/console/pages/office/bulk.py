"""One action on many cases: chosen in the list, done together, each with its own outcome.

list -> POST chosen -> what is possible -> POST action -> its form -> POST do=1 -> outcomes
"""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from console.asking import Answer, get, post
from console.domain.bulk import ACTIONS, Choice, choices, outcomes
from console.domain.forms import fill, read
from console.pages.desk import ask, ask_all, language
from console.pages.languages import own_path
from console.pages.office.acting import as_made_of, made_of
from console.pages.office.desk import office

_MOST = 50


@office.post("/cases/bulk")
def act_on_many() -> Any:
    """The chosen cases with what can be done with them; done where an action is sent."""
    sent = request.form
    back = own_path(sent.get("back") or sent.get("here") or url_for("office.cases"))
    chosen = dict(one.split(":", 1) for one in sent.getlist("chosen")[:_MOST] if ":" in one)
    if not chosen:
        flash(_("请先选择要办理的事项。"), "wrong")
        return redirect(back, code=303)
    found = ask_all(
        **{
            case_id: get("routing", f"/v1/cases/{case_id}", route="/v1/cases/{id}")
            for case_id in chosen
        }
    )
    cases = [answer.body for answer in found.values() if answer.ok]
    offered = choices(cases, _guides(cases))
    wanted = next((one for one in offered if one.action == sent.get("action")), _sent_again())
    about = {"cases": cases, "chosen": chosen, "back": back, "offered": offered, "wanted": wanted}
    asks = wanted.about["asks"] if wanted else []
    refused: Answer | None = None
    if wanted and sent.get("do"):
        answer = _done(wanted.action, read(asks, sent.getlist), chosen)
        if answer.ok:
            english = language() == "en"
            became = outcomes(answer.body["items"], cases, english=english)
            return render_template("office/bulk_done.html", **about, became=became)
        refused = answer
    needs = {one["type"] for one in asks}
    more = ask_all(
        units=get("routing", "/v1/units") if needs & {"unit", "units"} else None,
        categories=get("routing", "/v1/categories") if "category" in needs else None,
    )
    categories = more["categories"].items if "categories" in more else []
    shown = render_template(
        "office/bulk.html",
        **about,
        fields=fill(asks, sent.getlist),
        made_of=made_of(wanted.about) if wanted else "",
        refused=refused,
        errors=refused.errors if refused else {},
        units=more["units"].items if "units" in more else [],
        categories={one["code"]: one["name"] for one in categories},
    )
    return shown, 200 if refused is None else (refused.status or 503)


def _done(action: str, body: dict[str, Any], chosen: dict[str, str]) -> Answer:
    items = [
        {"case_id": case_id, "version": int(version)}
        for case_id, version in chosen.items()
        if version.isdigit()
    ]
    return ask(
        post(
            "routing",
            "/v1/cases/bulk",
            {"action": action, "body": body, "items": items},
            key=request.form.get("key"),
        )
    )


def _sent_again() -> Choice | None:
    """The action of a form that is sent, which none of the cases may allow any more.

    Routing then answers as it did the first time, or says of each case why not.
    """
    action, about = request.form.get("action", ""), as_made_of(request.form.get("wanted"))
    if not request.form.get("do") or action not in ACTIONS or about is None:
        return None
    return Choice(action, about, possible=0)


def _guides(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A guide of each state among the cases: what actions are called and ask for."""
    by_state = {case["state"]: case["case_id"] for case in cases}
    answers = ask_all(
        **{
            state: get("routing", f"/v1/cases/{case_id}/guide", route="/v1/cases/{id}/guide")
            for state, case_id in by_state.items()
        }
    )
    return [answer.body for answer in answers.values() if answer.ok]
