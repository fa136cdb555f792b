"""The hotline: calls that wait, the sheet of one, what becomes of it.

waiting --answer--> mine: history of the number, sheet saved as it is typed
mine --> register | supplement | outcome, and a call back that is promised
"""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from console.asking import Answer, get, post, put
from console.domain import petition_form
from console.pages.desk import ask, ask_all, needed
from console.pages.doors import open_to
from console.pages.office.desk import me, office
from console.pages.office.register import form_parts, key_to_send, status_of

_SET_BY_THE_DESK = ("channel", "received_at")


@office.get("/calls")
@open_to("registrar", "dispatcher", "leader")
def calls() -> Any:
    """Calls of which nothing became yet, and the callers who are owed a call."""
    return render_template("office/intake/calls.html", **_lists())


@office.get("/calls/waiting")
@open_to("registrar", "dispatcher", "leader")
def waiting_calls() -> Any:
    """The part of the list that renews itself."""
    return render_template("office/intake/calls_waiting.html", **_lists())


@office.post("/calls")
@open_to("registrar")
def open_call() -> Any:
    """Open a call by hand where the telephone system tells of none; it is the clerk's at once."""
    typed = {name: petition_form.one(request.form.getlist, name) for name in ("number", "call_ref")}
    answer = ask(
        post(
            "intake",
            "/v1/calls",
            {name: value for name, value in typed.items() if value} | _moment("began_at"),
            key=request.form.get("key"),
        )
    )
    if answer.ok:
        return _pick_up(answer.body["call_id"])
    shown = render_template(
        "office/intake/calls.html", typed=request.form, refused=answer, **_lists()
    )
    return shown, status_of(answer)


@office.post("/calls/<call_id>/answer")
@open_to("registrar")
def answer_call(call_id: str) -> Any:
    """Pick a call up, or take it over from another clerk."""
    return _pick_up(call_id, take_over=bool(request.form.get("take_over")))


@office.get("/calls/<call_id>")
@open_to("registrar", "dispatcher", "leader")
def call(call_id: str) -> Any:
    """A call: one's own with its sheet and what is known of the number, others' masked."""
    return _page(call_id)


@office.post("/calls/<call_id>/sheet")
@open_to("registrar")
def save_sheet(call_id: str) -> str:
    """Save the sheet as it is typed; says what became of it."""
    answer = _save(call_id, _sheet())
    errors = answer.errors
    names = petition_form.names_of(errors)
    return render_template("office/intake/saved.html", answer=answer, errors=errors, names=names)


@office.post("/calls/<call_id>/register")
@open_to("registrar")
def register_call(call_id: str) -> Any:
    """Register what the sheet says; the code is read out to the caller."""
    sheet = _sheet()
    answer = _save(call_id, sheet)
    if answer.ok:
        path, route = f"/v1/calls/{call_id}/register", "/v1/calls/{id}/register"
        answer = ask(post("intake", path, route=route, key=request.form.get("key")))
    if not answer.ok:
        return _page(call_id, doing="register", refused=answer, sheet=sheet)
    return render_template(
        "office/intake/receipt.html",
        receipt=answer.body,
        read_out=True,
        onward=url_for("office.calls"),
        onward_title=_("回到热线"),
    )


@office.post("/calls/<call_id>/supplement")
@open_to("registrar")
def supplement_by_call(call_id: str) -> Any:
    """File what the caller adds to a petition of theirs."""
    typed = _typed("petition_id", "content")
    return _did(call_id, "supplement", typed, _("已作为补充材料归入原件。"))


@office.post("/calls/<call_id>/outcome")
@open_to("registrar")
def state_outcome(call_id: str) -> Any:
    """Say what became of a call of which nothing is registered."""
    return _did(call_id, "outcome", _typed("outcome", "transferred_to"), _("来电已办结。"))


@office.post("/calls/<call_id>/callback")
@open_to("registrar")
def promise_callback(call_id: str) -> Any:
    """Promise the caller a call."""
    typed = _typed("number", "about") | _moment("due_at")
    return _did(call_id, "callback", typed, _("已约定回拨。"), stay=True)


@office.post("/calls/<call_id>/end")
@open_to("registrar")
def end_call(call_id: str) -> Any:
    """Note that the conversation is over; the sheet stays open."""
    return _did(call_id, "end", _moment("ended_at"), _("已记下通话结束时间。"), stay=True)


def _moment(name: str) -> dict[str, str]:
    """A time as it was typed, under its name; nothing where none was, so that it is asked for."""
    typed = petition_form.one(request.form.getlist, name)
    return {name: petition_form.office_moment(typed)} if typed else {}


def _lists() -> dict[str, Any]:
    owed = request.args.get("callbacks", "open")
    return ask_all(
        waiting=get("intake", "/v1/calls", cursor=request.args.get("cursor"), limit=50),
        callbacks=get("intake", "/v1/callbacks", state=owed, limit=50),
    ) | {"owed": owed, "mine": me()}


def _pick_up(call_id: str, *, take_over: bool = False) -> Any:
    answer = ask(
        post(
            "intake",
            f"/v1/calls/{call_id}/answer",
            {"take_over": take_over},
            route="/v1/calls/{id}/answer",
        )
    )
    if not answer.ok:
        return _list_with(answer)
    return redirect(url_for("office.call", call_id=call_id))


def _list_with(refused: Answer) -> Any:
    shown = render_template("office/intake/calls.html", refused=refused, **_lists())
    return shown, status_of(refused)


def _page(
    call_id: str,
    *,
    doing: str = "",
    refused: Answer | None = None,
    sheet: dict[str, Any] | None = None,
) -> Any:
    answer = ask(get("intake", f"/v1/calls/{call_id}", route="/v1/calls/{id}"))
    if refused is not None and not answer.ok:
        # Another clerk took the call over: it is no more this one's to see, but why is.
        return _list_with(refused)
    found = needed(answer)
    own = found["agent"] == me() and not found["masked"]
    known = None
    if own and found["outcome"] is None:
        known = ask(
            post("intake", f"/v1/calls/{call_id}/answer", {}, route="/v1/calls/{id}/answer")
        )
    typed = sheet if sheet is not None else (found["sheet"] or {})
    shown = render_template(
        "office/intake/call.html",
        call=found,
        own=own,
        known=known,
        p=typed,
        typed=request.form,
        doing=doing,
        key=key_to_send(refused),
        **form_parts(typed, refused),
    )
    return shown, status_of(refused)


def _sheet() -> dict[str, Any]:
    return petition_form.read(request.form.getlist, without=_SET_BY_THE_DESK)


def _save(call_id: str, sheet: dict[str, Any]) -> Answer:
    return ask(put("intake", f"/v1/calls/{call_id}/sheet", sheet, route="/v1/calls/{id}/sheet"))


def _typed(*names: str) -> dict[str, Any]:
    sent = request.form.getlist
    return {name: typed for name in names if (typed := petition_form.one(sent, name))}


def _did(
    call_id: str, what: str, body: dict[str, Any], done: str, *, stay: bool = False
) -> Response | Any:
    """What was asked for, and the list or the call again; the call with what was refused."""
    route = "/v1/calls/{id}/" + what
    answer = ask(
        post(
            "intake", f"/v1/calls/{call_id}/{what}", body, route=route, key=request.form.get("key")
        )
    )
    if not answer.ok:
        return _page(call_id, doing=what, refused=answer)
    flash(done, "done")
    there = url_for("office.call", call_id=call_id) if stay else url_for("office.calls")
    return redirect(there)
