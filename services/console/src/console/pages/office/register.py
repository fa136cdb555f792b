"""Registering a petition: the form of every staff channel, repeats shown while it is typed."""

import uuid
from typing import Any

from flask import render_template, request

from console.asking import Answer, get, post
from console.domain import petition_form
from console.pages.desk import ask, ask_all
from console.pages.doors import open_to
from console.pages.office.desk import office

_REPEATS_MOST = 5
_REPEATS_FROM = 0.2
"""The least likeness that interrupts somebody who types; a petition's own page shows more."""
_PLACE_LONGEST = 100
_TYPED = {
    "title": "title",
    "content": "content",
    "place": "place",
    "phone": "petitioner.phone",
    "id_number": "petitioner.id_number",
}


@office.route("/register", methods=["GET", "POST"])
@open_to("registrar")
def register() -> Any:
    """The form, and what came of it: the receipt, shown this once.

    Where it is made from what could not be read, it begins with how and when that came in.
    """
    unread = request.values.get("unread", "")
    typed: dict[str, Any] = petition_form.begun(request.args)
    refused = None
    if request.method == "POST":
        typed = petition_form.read(request.form.getlist)
        refused = ask(post("intake", "/v1/petitions", typed, key=request.form.get("key")))
        if refused.ok:
            return render_template(
                "office/intake/receipt.html", receipt=refused.body, unread=unread
            )
    shown = render_template(
        "office/intake/register.html",
        p=typed,
        unread=unread,
        key=key_to_send(refused),
        **form_parts(typed, refused, channels=get("intake", "/v1/channels")),
    )
    return shown, status_of(refused)


@office.post("/register/similar")
@open_to("registrar")
def similar_to_typed() -> Any:
    """What was brought in before and is like what is being typed; a part of the form."""
    typed = {name: petition_form.one(request.form.getlist, at) for name, at in _TYPED.items()}
    words = {name: value for name, value in typed.items() if value}
    if not words:
        return ""
    found = ask(post("intake", "/v1/similar", words | {"limit": _REPEATS_MOST}))
    if set(found.errors) & {"phone", "id_number"}:
        # A number that is half typed is none yet.
        words = {name: value for name, value in words.items() if name not in found.errors}
        found = ask(post("intake", "/v1/similar", words | {"limit": _REPEATS_MOST}))
    likely = [one for one in found.items if one["score"] >= _REPEATS_FROM]
    return render_template("office/intake/repeats.html", found=found, likely=likely)


@office.post("/register/places")
@open_to("registrar")
def places() -> Any:
    """Places of the gazetteer whose name begins as is typed; a part of the form."""
    typed = petition_form.one(request.form.getlist, "place")
    return render_template("office/intake/places.html", places=named_so(typed))


def named_so(typed: str) -> list[dict[str, Any]]:
    """Places whose name begins so; none where nothing is typed."""
    if not typed or len(typed) > _PLACE_LONGEST:
        return []
    return ask(get("intake", "/v1/places", name=typed)).items


def form_parts(typed: dict[str, Any], refused: Answer | None, **more: Any) -> dict[str, Any]:
    """What the fields of a registration need beside what was typed, each list where it answers."""
    asks = {"units": get("routing", "/v1/units"), "mailboxes": get("intake", "/v1/mailboxes")}
    lists = {name: answer.items for name, answer in ask_all(**asks, **more).items()}
    errors = refused.errors if refused else {}
    return lists | {
        "places": named_so(str(typed.get("place") or "")),
        "errors": errors,
        "names": petition_form.names_of(errors),
        "refused": refused,
    }


def key_to_send(refused: Answer | None) -> str:
    """The key of the next try: the same where nobody knows whether the last one was taken."""
    if refused is not None and refused.away and (key := request.form.get("key")):
        return key
    return str(uuid.uuid4())


def status_of(refused: Answer | None) -> int:
    """The status of a form: what the service answered, 200 before it was sent."""
    return 200 if refused is None else (refused.status or 503)
