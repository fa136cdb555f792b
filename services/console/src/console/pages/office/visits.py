"""A visit at the counter: who came, what they say, read back and confirmed, then registered."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from console.asking import Answer, get, post, put
from console.domain import petition_form
from console.domain.visits import read_visitors, steps, typed_visitors
from console.pages.desk import ask, needed, refuse
from console.pages.doors import open_to
from console.pages.looks import translated
from console.pages.office.desk import me, office, to_print
from console.pages.office.reception import places
from console.pages.office.register import form_parts, key_to_send, status_of

_OF_THE_VISITORS = ("channel", "received_at", "people", "petitioner", *petition_form.ROWS)


@office.get("/visits/<visit_id>")
@open_to("registrar", "dispatcher", "leader")
def visit(visit_id: str) -> Any:
    """Who is before the clerk, and what is to be done next."""
    return _page(visit_id)


@office.post("/visits/<visit_id>/visitors")
@open_to("registrar")
def put_visitors(visit_id: str) -> Any:
    """Write down who came."""
    told = read_visitors(request.form.getlist)
    answer = ask(
        put("intake", f"/v1/visits/{visit_id}/visitors", told, route="/v1/visits/{id}/visitors")
    )
    if not answer.ok:
        return _page(visit_id, doing="visitors", refused=answer, told=told)
    return _done(visit_id, _("已登记来访人。"), "record")


@office.post("/visits/<visit_id>/identity-checks")
@open_to("registrar")
def check_identity(visit_id: str) -> Any:
    """Write down that somebody's paper was looked at."""
    sent = request.form.getlist
    part, _between, seat = petition_form.one(sent, "who").partition(".")
    checked = {"part": part, "seat": petition_form.whole(seat)}
    checked |= {
        name: typed
        for name in ("document", "id_number", "result")
        if (typed := petition_form.one(sent, name))
    }
    answer = _post(visit_id, "identity-checks", checked)
    if not answer.ok:
        return _page(visit_id, doing="identity", refused=answer)
    return _done(
        visit_id,
        _("已记下证件核验：%(result)s。", result=translated(answer.body["check_result_name"])),
    )


@office.post("/visits/<visit_id>/record")
@open_to("registrar")
def save_record(visit_id: str) -> str:
    """Save what the visitor says as it is typed; says what became of it."""
    answer = _save(visit_id)
    errors = answer.errors
    names = petition_form.names_of(errors)
    return render_template("office/intake/saved.html", answer=answer, errors=errors, names=names)


@office.post("/visits/<visit_id>/read-back")
@open_to("registrar")
def read_back(visit_id: str) -> Any:
    """Note that what stands there was read to the visitor."""
    answer = _save(visit_id)
    if answer.ok:
        answer = _post(visit_id, "read-back", {"version": answer.body["version"]})
    if not answer.ok:
        record = petition_form.read(request.form.getlist, without=_OF_THE_VISITORS)
        return _page(visit_id, doing="record", refused=answer, record=record)
    return _done(visit_id, _("已记下：已向来访人宣读。请来访人确认。"), "confirm")


@office.post("/visits/<visit_id>/confirm")
@open_to("registrar")
def confirm(visit_id: str) -> Any:
    """Note who confirmed what was read to them."""
    sent = request.form.getlist
    told = {
        "version": petition_form.whole(petition_form.one(sent, "version")),
        "confirmed_by": petition_form.one(sent, "confirmed_by"),
    }
    answer = _post(visit_id, "confirm", told)
    if not answer.ok:
        return _page(visit_id, doing="confirm", refused=answer)
    return _done(visit_id, _("来访人已确认，可以登记。"), "confirm")


@office.post("/visits/<visit_id>/register")
@open_to("registrar")
def register_visit(visit_id: str) -> Any:
    """Register what was confirmed; the receipt to print is the next thing to do."""
    answer = _post(visit_id, "register", None)
    if not answer.ok:
        return _page(visit_id, doing="register", refused=answer)
    return render_template("office/intake/visit_registered.html", registered=answer.body)


@office.post("/visits/<visit_id>/receipt")
@open_to("registrar", "dispatcher", "leader")
def print_receipt(visit_id: str) -> Response:
    """The receipt as a page to print, with the query code the first time."""
    answer = _post(visit_id, "receipt", None)
    if not answer.ok:
        refuse(answer)
    return to_print(answer.body["page"])


@office.post("/visits/<visit_id>/requeue")
@open_to("registrar", "dispatcher", "leader")
def queue_again(visit_id: str) -> Any:
    """Put somebody back into today's queue."""
    return _over(visit_id, "requeue", None, _("已重新排队。"))


@office.post("/visits/<visit_id>/no-show")
@open_to("registrar")
def note_no_show(visit_id: str) -> Any:
    """Note that whoever was called did not come."""
    return _over(visit_id, "no-show", None, _("已记为过号未到。"))


@office.post("/visits/<visit_id>/end")
@open_to("registrar", "dispatcher", "leader")
def end_visit(visit_id: str) -> Any:
    """End a visit of which nothing is registered."""
    reason = petition_form.one(request.form.getlist, "reason")
    return _over(visit_id, "end", {"reason": reason}, _("接访已结束，未登记。"))


def _page(
    visit_id: str,
    *,
    doing: str = "",
    refused: Answer | None = None,
    told: dict[str, Any] | None = None,
    record: dict[str, Any] | None = None,
) -> Any:
    found = needed(ask(get("intake", f"/v1/visits/{visit_id}", route="/v1/visits/{id}")))
    typed = record if record is not None else (found["record"] or {})
    shown = render_template(
        "office/intake/visit.html",
        visit=found,
        own=found["called_by"] == me() and not found["masked"],
        place_name=places().get(found["place"], ""),
        steps=steps(found),
        present={one["name"]: one["name"] for one in found["visitors"] if one["present"]},
        told=told if told is not None else typed_visitors(found),
        p=typed,
        typed=request.form,
        doing=doing,
        key=key_to_send(refused),
        **form_parts(typed, refused),
    )
    return shown, status_of(refused)


def _save(visit_id: str) -> Answer:
    record = petition_form.read(request.form.getlist, without=_OF_THE_VISITORS)
    path = f"/v1/visits/{visit_id}/record"
    return ask(put("intake", path, record, route="/v1/visits/{id}/record"))


def _post(visit_id: str, what: str, body: dict[str, Any] | None) -> Answer:
    route, key = "/v1/visits/{id}/" + what, request.form.get("key")
    return ask(post("intake", f"/v1/visits/{visit_id}/{what}", body, route=route, key=key))


def _done(visit_id: str, said: str, part: str | None = None) -> Any:
    flash(said, "done")
    return redirect(url_for("office.visit", visit_id=visit_id, _anchor=part))


def _over(visit_id: str, what: str, body: dict[str, Any] | None, said: str) -> Any:
    """Back to the queue, since the visit is the clerk's no more."""
    answer = _post(visit_id, what, body)
    if not answer.ok:
        return _page(visit_id, doing=what, refused=answer)
    flash(said, "done")
    return redirect(url_for("office.reception"))
