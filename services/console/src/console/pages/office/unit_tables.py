"""Units and responsibilities as tables: out to a spreadsheet, and back after a trial."""

from http import HTTPStatus
from io import BytesIO
from typing import Any

import flask
from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from console.asking import Answer, get, post
from console.domain.faults import faults
from console.domain.organisation import CHANGES, HEADINGS, TABLES, in_words, names_in, told
from console.pages.desk import ask, ask_all, needed
from console.pages.doors import open_to
from console.pages.office.desk import office
from console.pages.office.uploads import sent_text


@office.get("/units/table/<what>")
@open_to("admin")
def unit_table(what: str) -> Any:
    """Where a table is taken and brought back."""
    return _page(_known(what), "")


@office.get("/units/table/<what>/file")
@open_to("admin")
def unit_table_file(what: str) -> Any:
    """The table as it stands, for a spreadsheet."""
    found = needed(ask(get("routing", f"/v1/{_known(what)}/export")))
    # Spreadsheets take a file for UTF-8 only where it begins with the mark.
    data = BytesIO(in_words(found["csv"]).encode("utf-8-sig"))
    name = f"{TABLES[what]}.csv"
    return flask.send_file(data, mimetype="text/csv", as_attachment=True, download_name=name)


@office.post("/units/table/<what>")
@open_to("admin")
def import_unit_table(what: str) -> Any:
    """Try a table, and say what it would change; import it only once that was shown."""
    text, unread = sent_text("file", "csv")
    if unread:
        return _page(_known(what), text, wrong=unread), HTTPStatus.UNPROCESSABLE_ENTITY
    tried = "import" not in request.form
    body = {"csv": text, "dry_run": tried, "revision": request.form.get("revision") or None}
    path = f"/v1/{_known(what)}/import"
    answer = ask(post("routing", path, body, key=None if tried else request.form.get("key")))
    if answer.ok and not tried:
        counts = {name: answer.body[name] for name in ("added", "changed", "ended")}
        done = _("已导入：新增%(added)s，修改%(changed)s，终止%(ended)s。", **counts)
        flash(done, "done")
        return redirect(url_for("office.units"))
    page = _page(_known(what), text, answer=answer)
    return page, HTTPStatus.OK if answer.ok else (answer.status or 503)


def _known(what: str) -> str:
    if what not in TABLES:
        abort(HTTPStatus.NOT_FOUND)
    return what


def _page(what: str, text: str, *, answer: Answer | None = None, wrong: str = "") -> str:
    trial = answer if answer is not None and answer.ok else None
    refused = answer if answer is not None and not answer.ok else None
    return render_template(
        "office/unit_table.html",
        what=what,
        tables=TABLES,
        text=text,
        wrong=wrong,
        trial=trial.body if trial else None,
        changes=_changes(trial, text) if trial else [],
        refused=refused,
        faults=faults(refused.errors, text) if refused else [],
        change_names=CHANGES,
        headings=HEADINGS,
    )


def _changes(trial: Answer, text: str) -> list[dict[str, Any]]:
    """The changes with names for codes: as the table calls a unit, else as it is called now."""
    found = ask_all(units=get("routing", "/v1/units"), categories=get("routing", "/v1/categories"))
    units = {one["code"]: one["name"] for one in found["units"].items} | names_in(text)
    categories = {one["code"]: one["name"] for one in found["categories"].items}
    return [
        one | {"told": told(one["what"], units=units, categories=categories)}
        for one in trial.body["changes"]
    ]
