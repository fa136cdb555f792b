"""The queue of a reception place: tickets, who is next to a counter, how long people wait."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from console.asking import Answer, get, post
from console.domain.petition_form import one, whole
from console.pages.desk import ask, ask_all, desk
from console.pages.doors import open_to
from console.pages.office.desk import me, office
from console.pages.office.register import status_of
from shared.clock import office_day


@office.get("/reception")
@open_to("registrar", "dispatcher", "leader")
def reception() -> Any:
    """Today's tickets of a place, and the counts of the day."""
    return render_template("office/intake/reception.html", errors={}, **_queue())


@office.get("/reception/queue")
@open_to("registrar", "dispatcher", "leader")
def reception_queue() -> Any:
    """The part of the list that renews itself."""
    return render_template("office/intake/reception_queue.html", **_queue())


@office.post("/reception/tickets")
@open_to("registrar")
def take_ticket() -> Any:
    """Give somebody a ticket."""
    place = _place()
    sent = request.form.getlist
    ticket = {"people": whole(one(sent, "people") or "1")}
    if priority := one(sent, "priority"):
        ticket["priority"] = priority
    answer = _post(place, "tickets", ticket)
    if not answer.ok:
        return _refused(answer)
    taken = answer.body
    flash(
        _("已取号：%(ticket)s号，前面还有%(n)s位。", ticket=taken["ticket"], n=taken["ahead"]),
        "done",
    )
    return redirect(url_for("office.reception", place=place))


@office.post("/reception/next")
@open_to("registrar")
def call_next() -> Any:
    """Call whoever is next to a counter."""
    place, counter = _place(), one(request.form.getlist, "counter")
    answer = _post(place, "next", {"counter": counter})
    if not answer.ok:
        return _refused(answer)
    visit = answer.body["visit"]
    if visit is None:
        flash(_("现在没有人在等候。"))
        return redirect(url_for("office.reception", place=place, counter=counter))
    flash(_("请%(ticket)s号到%(counter)s窗口。", ticket=visit["ticket"], counter=counter), "done")
    return redirect(url_for("office.visit", visit_id=visit["visit_id"]))


def places() -> dict[str, str]:
    """The reception places of this office: names by codes."""
    pairs = (pair.partition("=") for pair in desk().app.settings.reception_places.split(","))
    return {code.strip(): name.strip() or code.strip() for code, _found, name in pairs}


def _place() -> str:
    asked = request.values.get("place", "")
    known = places()
    return asked if asked in known else next(iter(known))


def _queue() -> dict[str, Any]:
    place, today = _place(), office_day(desk().app.clock.now()).isoformat()
    queue = f"/v1/reception/{place}/queue"
    answers = ask_all(
        queue=get("intake", queue, route="/v1/reception/{place}/queue", limit=200),
        counts=get("intake", "/v1/reception/counts", since=today, until=today, place=place),
    )
    return answers | {"place": place, "places": places(), "mine": me()}


def _post(place: str, what: str, body: dict[str, Any]) -> Answer:
    route = "/v1/reception/{place}/" + what
    key = request.form.get("key")
    return ask(post("intake", f"/v1/reception/{place}/{what}", body, route=route, key=key))


def _refused(answer: Answer) -> Any:
    shown = render_template(
        "office/intake/reception.html",
        refused=answer,
        errors=answer.errors,
        typed=request.form,
        **_queue(),
    )
    return shown, status_of(answer)
