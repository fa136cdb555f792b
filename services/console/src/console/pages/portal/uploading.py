"""Photos and papers of a draft: one at a time or several, each refused or taken by itself."""

from collections.abc import Iterable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from console.asking import Answer, delete, get, post
from console.domain import steps
from console.pages.desk import ask, send_file
from console.pages.portal import drafts
from console.pages.portal.desk import page, portal

_ROUTE = "/v1/public/drafts/{id}/files"


@portal.get("/bring/files")
def files() -> Any:
    """The files of the draft, and the field to add more."""
    return _page()


@portal.post("/bring/files")
def add_files() -> Any:
    """Add files, or go on; a file without a name is a field that was left empty."""
    do, chosen = request.form.get("do"), chosen_files()
    held = drafts.own_draft()
    address = f"/v1/public/drafts/{held.draft_id}/files"
    refused = send_files(chosen, address=address, route=_ROUTE)
    if refused:
        return _page(refused)
    if do == "back":
        return redirect(url_for("portal.step", path="where"))
    if do == "later":
        return redirect(url_for("portal.later"))
    if chosen or do == "add":
        return redirect(url_for("portal.files"))
    return redirect(url_for("portal.step", path="who"))


@portal.get("/bring/files/<uuid:attachment_id>")
def show_file(attachment_id: str) -> Response:
    """One file of the draft: pictures are shown, others saved. No copy stays in the browser."""
    held = drafts.own_draft()
    address = f"/v1/public/drafts/{held.draft_id}/files/{attachment_id}"
    response = send_file(get("intake", address, route=f"{_ROUTE}/{{file}}"))
    if response.mimetype in steps.PICTURES:
        response.headers["Content-Disposition"] = "inline"
    response.headers["Cache-Control"] = "no-store"
    return response


@portal.post("/bring/files/<uuid:attachment_id>/remove")
def remove_file(attachment_id: str) -> Any:
    """Take one file off the draft."""
    held = drafts.own_draft()
    address = f"/v1/public/drafts/{held.draft_id}/files/{attachment_id}"
    answer = ask(delete("intake", address, route=f"{_ROUTE}/{{file}}"))
    if not answer.ok and not answer.missing:
        return _page([(_("删除材料"), answer)])
    flash(_("材料已删除。"), "done")
    return redirect(url_for("portal.files"))


def chosen_files() -> list[FileStorage]:
    """The files that were chosen in the page's field."""
    return [one for one in request.files.getlist("file") if one.filename]


def send_files(
    chosen: Iterable[FileStorage], *, address: str, route: str
) -> list[tuple[str, Answer]]:
    """Hand files to intake; those that it refused, each with its answer."""
    refused = []
    for one in chosen:
        part = (one.filename, one.stream, one.mimetype)
        answer = ask(post("intake", address, route=route, files={"file": part}))
        if answer.ok:
            flash(_("已上传：%(name)s", name=answer.body["name"]), "done")
        else:
            refused.append((one.filename or "", answer))
    return refused


def _page(refused: list[tuple[str, Answer]] | None = None) -> Any:
    return page(
        "steps/files",
        refused[0][1] if refused else None,
        refusals=refused or [],
        step=steps.at("files"),
        steps=steps.STEPS,
        draft=drafts.open_draft(),
        errors={},
        names={},
        tables=steps,
    )
