"""Letters as they arrive: logged, scanned, read, and registered or filed or closed.

log --> waiting + scans (recognised text beside them) --> register | file | close
"""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from console.asking import Answer, get, post
from console.domain import petition_form
from console.pages.desk import ask, needed, refuse, send_file
from console.pages.doors import open_to
from console.pages.looks import listed
from console.pages.office.desk import office, uploaded
from console.pages.office.register import form_parts, key_to_send, status_of

_KNOWN_OF_LETTERS = ("channel", "received_at")


@office.get("/letters")
@open_to("registrar", "dispatcher")
def letters() -> Any:
    """Letters that wait to be registered, or those of another state."""
    return _list()


@office.post("/letters")
@open_to("registrar")
def log_letter() -> Any:
    """Log a letter as it arrived."""
    sent = request.form.getlist
    letter: dict[str, Any] = {
        name: typed
        for name in ("sender", "postmarked_on", "received_on", "mail_no")
        if (typed := petition_form.one(sent, name))
    }
    if pages := petition_form.one(sent, "pages"):
        letter["pages"] = petition_form.whole(pages)
    enclosed = petition_form.one(sent, "enclosures").splitlines()
    letter["enclosures"] = [line.strip() for line in enclosed if line.strip()]
    key = request.form.get("key")
    answer = ask(post("intake", "/v1/incoming-letters", letter, key=key))
    if not answer.ok:
        return _list(refused=answer)
    flash(_("已收录来信，请上传扫描件。"), "done")
    return redirect(url_for("office.letter", letter_id=answer.body["letter_id"]))


@office.get("/letters/<letter_id>")
@open_to("registrar", "dispatcher")
def letter(letter_id: str) -> Any:
    """A letter: its scans beside what was recognised, and what becomes of it."""
    return _page(letter_id)


@office.post("/letters/<letter_id>/scans")
@open_to("registrar")
def add_scan(letter_id: str) -> Any:
    """Add a scan."""
    path, route = f"/v1/incoming-letters/{letter_id}/scans", "/v1/incoming-letters/{id}/scans"
    key = request.form.get("key")
    answer = ask(post("intake", path, route=route, files=uploaded(), key=key))
    if not answer.ok:
        return _page(letter_id, doing="scan", refused=answer)
    added = answer.body
    flash(_("已上传扫描件。") if not added["again"] else _("这封信已有同样的扫描件。"), "done")
    if elsewhere := added["same_petitions"]:
        flash(_("同样的扫描件已附在信访件%(numbers)s。", numbers=listed(elsewhere)))
    elif added["same_letters"]:
        flash(_("同样的扫描件也在另一封来信中，可能是重复收录。"))
    return redirect(url_for("office.letter", letter_id=letter_id, _anchor="scans"))


@office.get("/letters/<letter_id>/scans/<attachment_id>")
@open_to("registrar", "dispatcher")
def scan(letter_id: str, attachment_id: str) -> Response:
    """A scan as a file, for saving; written down."""
    link = _link_to(letter_id, attachment_id)
    return send_file(get("intake", link, route="/v1/attachments/{link}"))


@office.get("/letters/<letter_id>/scans/<attachment_id>/pages/<int:page>")
@open_to("registrar", "dispatcher")
def scan_page(letter_id: str, attachment_id: str, page: int) -> Response:
    """A page of a scan as a picture, looked at beside the form; written down."""
    link = _link_to(letter_id, attachment_id)
    drawn = get("intake", f"{link}/pages/{page}", route="/v1/attachments/{link}/pages/{page}")
    return send_file(drawn, inline=True)


def _link_to(letter_id: str, attachment_id: str) -> str:
    path = f"/v1/incoming-letters/{letter_id}/scans/{attachment_id}/link"
    link = ask(post("intake", path, route="/v1/incoming-letters/{id}/scans/{id}/link"))
    if not link.ok:
        refuse(link)
    url: str = link.body["url"]
    return url


@office.post("/letters/<letter_id>/register")
@open_to("registrar")
def register_letter(letter_id: str) -> Any:
    """Register what the letter holds."""
    typed = petition_form.read(request.form.getlist, without=_KNOWN_OF_LETTERS)
    answer = _post(letter_id, "register", typed)
    if not answer.ok:
        return _page(letter_id, doing="register", refused=answer, typed=typed)
    return render_template(
        "office/intake/receipt.html",
        receipt=answer.body,
        onward=url_for("office.letters"),
        onward_title=_("回到来信"),
    )


@office.post("/letters/<letter_id>/file")
@open_to("registrar")
def file_letter(letter_id: str) -> Any:
    """File the letter as a supplement to a petition."""
    sent = request.form.getlist
    body = {
        "petition_no": petition_form.one(sent, "petition_no"),
        "content": petition_form.one(sent, "said"),
    }
    answer = _post(letter_id, "file", body)
    if not answer.ok:
        return _page(letter_id, doing="file", refused=answer)
    flash(_("已作为补充材料归入%(number)s。", number=body["petition_no"]), "done")
    return redirect(url_for("office.petition", petition_id=answer.body["petition_id"]))


@office.post("/letters/<letter_id>/close")
@open_to("registrar", "dispatcher")
def close_letter(letter_id: str) -> Any:
    """Close a letter of which nothing is registered."""
    sent = request.form.getlist
    body = {
        name: typed
        for name in ("reason", "note")
        if (typed := petition_form.one(sent, f"close-{name}"))
    }
    answer = _post(letter_id, "close", body)
    if not answer.ok:
        return _page(letter_id, doing="close", refused=answer)
    flash(_("来信已办结，不作登记。"), "done")
    return redirect(url_for("office.letters"))


def _list(*, refused: Answer | None = None) -> Any:
    state = request.args.get("state", "waiting")
    cursor = request.args.get("cursor")
    listed = ask(get("intake", "/v1/incoming-letters", state=state, cursor=cursor, limit=25))
    shown = render_template(
        "office/intake/letters.html",
        listed=listed,
        state=state,
        typed=request.form,
        key=key_to_send(refused),
        refused=refused,
        errors=_at_fields(refused.errors) if refused else {},
    )
    return shown, status_of(refused)


def _at_fields(errors: dict[str, str]) -> dict[str, str]:
    """What is wrong with one of the enclosures stands at the field that has all of them."""
    return {field.partition(".")[0]: reason for field, reason in errors.items()}


def _page(
    letter_id: str,
    *,
    doing: str = "",
    refused: Answer | None = None,
    typed: dict[str, Any] | None = None,
) -> Any:
    path, route = f"/v1/incoming-letters/{letter_id}", "/v1/incoming-letters/{id}"
    found = needed(ask(get("intake", path, route=route)))
    petition = typed or {}
    shown = render_template(
        "office/intake/letter.html",
        letter=found,
        p=petition,
        typed=request.form,
        doing=doing,
        key=key_to_send(refused),
        **form_parts(petition, refused),
    )
    return shown, status_of(refused)


def _post(letter_id: str, what: str, body: dict[str, Any]) -> Answer:
    path, route = f"/v1/incoming-letters/{letter_id}/{what}", "/v1/incoming-letters/{id}/" + what
    return ask(post("intake", path, body, route=route, key=request.form.get("key")))
