"""Acting on a case: the form of any action of the procedure, made of what the guide asks for.

    GET   guide -> form; it carries what it was made of, the version and the newest step
    POST  body -> routing -> the case, or the same form with what was typed and why it was refused

Two people may act at once: whoever is second finds their words in the form, what the first did, and
what may be done now, even where the action is no longer there.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from console.asking import Answer, get, post
from console.domain.forms import cases_named, fill, grouped, read
from console.domain.handbook_advice import advice_on
from console.pages.desk import ask, needed, read_text, refuse
from console.pages.looks import translated
from console.pages.office.case_frame import case_and, of_case, show
from console.pages.office.case_numbers import ids_of
from console.pages.office.desk import office

_NOT_THERE = 404


@dataclass(frozen=True)
class Refusal:
    """Why an action was not taken, at which fields, and what happened meanwhile."""

    answer: Answer
    errors: dict[str, str]


@office.get("/cases/<case_id>/do/<action>")
def act(case_id: str, action: str) -> Any:
    """The form of one action."""
    return _form(case_id, action, None, None)


@office.post("/cases/<case_id>/do/<action>")
def take_action(case_id: str, action: str) -> Any:
    """Take the action; the form once more where it is refused, or where a row is to be added."""
    sent = request.form
    wanted = as_made_of(sent.get("wanted")) or _in_guide(case_id, action)
    if "more" in sent:
        return _form(case_id, action, wanted, None)
    body = read(wanted["asks"], sent.getlist)
    wrong = _resolve_cases(wanted, body)
    if wrong is not None:
        return _form(case_id, action, wanted, wrong)
    answer = ask(
        post(
            "routing",
            f"/v1/cases/{case_id}/{action}",
            body,
            route="/v1/cases/{id}/{action}",
            key=sent.get("key"),
            version=sent.get("version"),
        )
    )
    if not answer.ok:
        return _form(case_id, action, wanted, Refusal(answer, answer.errors))
    flash(_("已办理：%(title)s", title=translated(wanted["title"])), "done")
    return redirect(url_for("office.case", case_id=case_id))


@office.get("/handbook/advice/<action>")
def handbook_advice(action: str) -> Any:
    """What the handbook says of an action, to stand beside its form."""
    page = read_text(get("routing", "/v1/handbook"))
    return render_template("office/advice.html", advice=advice_on(page, action), action=action)


def _form(case_id: str, action: str, wanted: dict[str, Any] | None, refusal: Refusal | None) -> Any:
    case, answers = case_and(
        case_id,
        guide=of_case(case_id, "guide"),
        steps=of_case(case_id, "steps", limit=10),
        units=get("routing", "/v1/units"),
        categories=get("routing", "/v1/categories"),
    )
    guide = needed(answers["guide"])
    found = next((one for one in guide["actions"] if one["action"] == action), None)
    wanted = found or wanted
    if wanted is None:
        refuse(Answer(_NOT_THERE, {"detail": _("此件现在没有这项操作。")}))
    steps = answers["steps"].items
    stale = refusal is not None and (refusal.answer.stale or found is None)
    return show(
        "office/act.html",
        case,
        status=200 if refusal is None else (refusal.answer.status or 503),
        wanted=wanted,
        gone=found is None,
        fields=fill(wanted["asks"], request.form.getlist, more="more" in request.form),
        refusal=refusal,
        meanwhile=_since(steps, request.form.get("seen")) if stale else [],
        others=[one for one in guide["actions"] if one["may"]],
        allowed=_allowed(refusal, guide),
        seen=steps[0]["seq"] if steps else 0,
        units=answers["units"].items,
        categories=grouped(answers["categories"].items),
        petitions=dict(zip(case["petition_ids"], case["petition_nos"], strict=False)),
        made_of=made_of(wanted),
    )


def made_of(wanted: Mapping[str, Any]) -> str:
    """What a form is made of, to be carried in it: when it is sent the action may have gone."""
    return json.dumps(dict(wanted), ensure_ascii=False)


def as_made_of(text: str | None) -> dict[str, Any] | None:
    """What a form says it was made of; None where it says nothing that can be used."""
    try:
        wanted = json.loads(text or "")
    except ValueError:
        return None
    usable = isinstance(wanted, dict) and isinstance(wanted.get("asks"), list)
    return wanted if usable and "title" in wanted else None


def _in_guide(case_id: str, action: str) -> dict[str, Any]:
    guide = needed(ask(of_case(case_id, "guide")))
    found = next((one for one in guide["actions"] if one["action"] == action), None)
    if found is None:
        refuse(Answer(_NOT_THERE, {"detail": _("此件现在没有这项操作。")}))
    return dict(found)


def _resolve_cases(wanted: dict[str, Any], body: dict[str, Any]) -> Refusal | None:
    """Put the id of a case where its number was typed; the refusal where there is none."""
    errors = {}
    for name, number in cases_named(wanted["asks"], body).items():
        found, wrong = ids_of([number])
        if wrong:
            errors[name] = wrong
        else:
            body[name] = found[0]
    if not errors:
        return None
    return Refusal(Answer(422, {"detail": _("有的内容需要更正。")}), errors)


def _since(steps: list[dict[str, Any]], seen: str | None) -> list[dict[str, Any]]:
    """The steps that were taken since the form was opened."""
    last = int(seen) if seen and seen.isdecimal() else 0
    return [one for one in steps if one["seq"] > last]


def _allowed(refusal: Refusal | None, guide: dict[str, Any]) -> list[dict[str, Any]]:
    """What a refusal says may be done instead, of what the guide knows."""
    body = refusal.answer.body if refusal else None
    codes = body.get("allowed") if isinstance(body, dict) else None
    return [one for one in guide["actions"] if one["may"] and one["action"] in (codes or ())]
