"""Papers' templates: every kind, and a new edition that is checked before it is put."""

from http import HTTPStatus
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from console.asking import Answer, get, post, put
from console.domain.faults import Fault, faults, line_of
from console.domain.papers import DRAWN_BY, TYPES
from console.pages.desk import ask, ask_all, needed
from console.pages.doors import open_to
from console.pages.office.desk import office


@office.get("/templates")
@open_to("admin", "leader")
def templates() -> Any:
    """Every kind of paper: who draws it up, by which law, within what time."""
    kinds = ask(get("routing", "/v1/templates"))
    return render_template("office/templates.html", kinds=kinds, drawn_by=DRAWN_BY)


@office.get("/templates/<kind>")
@open_to("admin", "leader")
def template(kind: str) -> Any:
    """The template that new papers are written by, with what it may state."""
    return _page(kind)


@office.post("/templates/<kind>")
@open_to("admin")
def put_template(kind: str) -> Any:
    """Check a template as it is typed, or put it as a new edition; issued papers keep theirs."""
    html = request.form.get("html", "")
    if "put" not in request.form:
        name = f"templates/{kind}.html"
        answer = ask(post("routing", "/v1/standards/check", {"files": {name: html}}))
        if not answer.ok:
            return _page(kind, html, refused=answer), answer.status or 503
        found = [
            Fault(one["reason"], one["line"], line_of(html, one["line"]))
            for one in answer.body["errors"]
            if one["file"] == name or one["file"] == f"{kind}.html"
        ]
        return _page(kind, html, found=found, checked=True)
    path = f"/v1/templates/{kind}"
    answer = ask(put("routing", path, {"html": html}, route="/v1/templates/{kind}"))
    if answer.ok:
        flash(_("已启用第%(n)s版；已经出具的文书不受影响。", n=answer.body["edition"]), "done")
        return redirect(url_for("office.template", kind=kind))
    page = _page(kind, html, refused=answer, found=faults(answer.errors, html))
    return page, answer.status or 503


def _page(
    kind: str,
    html: str | None = None,
    *,
    refused: Answer | None = None,
    found: list[Fault] | None = None,
    checked: bool = False,
) -> str:
    answers = ask_all(
        kinds=get("routing", "/v1/templates"),
        template=get("routing", f"/v1/templates/{kind}", route="/v1/templates/{kind}"),
    )
    known = needed(answers["kinds"])["items"]
    about = next((one for one in known if one["kind"] == kind), None)
    if about is None:
        abort(HTTPStatus.NOT_FOUND)
    now = needed(answers["template"])
    return render_template(
        "office/template.html",
        about=about,
        now=now,
        html=now["html"] if html is None else html,
        types=TYPES,
        refused=refused,
        faults=found or [],
        checked=checked,
    )
