"""What is done with a petition beside its case: supplements, corrections, voiding, telling."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from console.asking import Answer, get, post, put
from console.domain import petition_form
from console.domain.petition_acts import ACTS, Act, read
from console.pages.desk import ask, ask_all, needed
from console.pages.doors import open_to
from console.pages.office.desk import me_has, office
from console.pages.office.register import form_parts, key_to_send, status_of

_WORDS = ("title", "content", "claim", "course", "place", "place_code")
_NUMBERS = ("people", "affected")
_FLAGS = ("joint", "urgent", "threat", "litigation")
_PARTS = ("petitioner", *petition_form.ROWS)


@office.route("/petitions/<petition_id>/do/<name>", methods=["GET", "POST"])
@open_to("registrar", "dispatcher", "handler", "unit_head", "supervisor", "leader")
def petition_act(petition_id: str, name: str) -> Any:
    """The form of one thing to do; done where it is sent."""
    act = ACTS.get(name)
    if act is None:
        abort(404)
    if not me_has(*act.roles):
        abort(403)
    refused = None
    if request.method == "POST":
        refused = _do(petition_id, act)
        if refused.ok:
            flash(_(act.done), "done")
            return redirect(url_for("office.petition", petition_id=petition_id))
    answers = ask_all(
        petition=_petition(petition_id),
        channels=get("intake", "/v1/channels"),
    )
    shown = render_template(
        "office/intake/petition_act.html",
        p=needed(answers["petition"]),
        act=act,
        name=name,
        typed=request.form,
        channels={one["code"]: one["name"] for one in answers["channels"].items if one["active"]},
        refused=refused,
        errors=refused.errors if refused else {},
        key=key_to_send(refused),
    )
    return shown, status_of(refused)


@office.route("/petitions/<petition_id>/correct", methods=["GET", "POST"])
@open_to("registrar", "dispatcher")
def correct(petition_id: str) -> Any:
    """Correct a registration: what is left empty stays, what is masked is never sent back."""
    sent = request.form.getlist
    refused, typed = None, petition_form.read(sent)
    if request.method == "POST":
        body = {"changes": _changes(), "reason": petition_form.one(sent, "reason")}
        path, route = f"/v1/petitions/{petition_id}/corrections", "/v1/petitions/{id}/corrections"
        refused = ask(post("intake", path, body, route=route, key=request.form.get("key")))
        if refused.ok:
            flash(_("已更正，原来的内容留存备查。"), "done")
            return redirect(url_for("office.petition", petition_id=petition_id))
    parts = form_parts(typed, refused)
    parts["errors"] = {
        field.removeprefix("changes."): reason for field, reason in parts["errors"].items()
    }
    shown = render_template(
        "office/intake/correct.html",
        petition=needed(ask(_petition(petition_id))),
        p=typed,
        replaced=sent("replace"),
        flags={name: petition_form.one(sent, f"flag-{name}") for name in _FLAGS},
        typed=request.form,
        key=key_to_send(refused),
        **parts,
    )
    return shown, status_of(refused)


def _changes() -> dict[str, Any]:
    sent = request.form.getlist
    typed = petition_form.read(sent)
    replaced = [part for part in sent("replace") if part in _PARTS]
    flags = {name: petition_form.one(sent, f"flag-{name}") for name in _FLAGS}
    return (
        {name: typed[name] for name in (*_WORDS, *_NUMBERS) if name in typed}
        | {name: said == "true" for name, said in flags.items() if said}
        | {part: typed.get(part, {} if part == "petitioner" else []) for part in replaced}
    )


def _do(petition_id: str, act: Act) -> Answer:
    body = read(act, request.form.getlist)
    path, route = f"/v1/petitions/{petition_id}/{act.path}", "/v1/petitions/{id}/" + act.path
    if act.method == "PUT":
        return ask(put("intake", path, body, route=route))
    return ask(post("intake", path, body, route=route, key=request.form.get("key")))


def _petition(petition_id: str) -> Any:
    return get("intake", f"/v1/petitions/{petition_id}", route="/v1/petitions/{id}")
