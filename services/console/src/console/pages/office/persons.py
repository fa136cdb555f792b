"""Looking for somebody by a number: the purpose is stated, what is found is masked.

Numbers are in bodies alone: addresses stand in logs and in browsers' histories.
"""

from typing import Any

from flask import render_template, request

from console.asking import post
from console.domain.petition_form import one
from console.pages.desk import ask
from console.pages.doors import open_to
from console.pages.office.desk import office
from console.pages.office.register import status_of


@office.route("/persons", methods=["GET", "POST"])
@open_to("registrar", "dispatcher", "handler", "unit_head", "reviewer")
def persons() -> Any:
    """The form, and what was found."""
    found = None
    sent = request.form.getlist
    if request.method == "POST":
        fields = ("phone", "id_number", "purpose_kind", "purpose", "cursor")
        body: dict[str, Any] = {name: typed for name in fields if (typed := one(sent, name))}
        found = ask(post("intake", "/v1/persons/search", body | {"limit": 25}))
    refused = found if found is not None and not found.ok else None
    shown = render_template(
        "office/intake/persons.html",
        found=found if found is not None and found.ok else None,
        refused=refused,
        errors=refused.errors if refused else {},
        typed=request.form,
    )
    return shown, status_of(refused)
