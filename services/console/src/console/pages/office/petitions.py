"""A petition as it was received: its words, who brought it in, what hangs on it.

Everything is masked until a purpose is stated, and every look is written down by the service.
"""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from console.asking import Answer, get, post
from console.domain import petition_form
from console.domain.petition_acts import ACTS
from console.pages.desk import ask, ask_all, needed, refuse, send_file
from console.pages.doors import open_to
from console.pages.office.desk import office, uploaded
from console.pages.office.register import status_of

_IDENTIFIERS = ("registrar", "dispatcher", "handler", "unit_head", "reviewer")
_READERS = (*_IDENTIFIERS, "supervisor", "leader", "auditor")


@office.get("/petitions/<petition_id>")
@open_to(*_READERS)
def petition(petition_id: str) -> Any:
    """The petition, masked."""
    return page(petition_id)


@office.post("/petitions/<petition_id>/unmask")
@open_to(*_IDENTIFIERS)
def unmask(petition_id: str) -> Any:
    """The petition in clear, in answer to a stated purpose alone."""
    sent = request.form.getlist
    said = {
        "purpose_kind": petition_form.one(sent, "purpose_kind"),
        "purpose": petition_form.one(sent, "purpose"),
    }
    path, route = f"/v1/petitions/{petition_id}/unmask", "/v1/petitions/{id}/unmask"
    answer = ask(post("intake", path, said, route=route))
    if not answer.ok:
        return page(petition_id, doing="unmask", refused=answer)
    return page(petition_id, unmasked=answer.body)


@office.get("/petitions/<petition_id>/history")
@open_to(*_READERS)
def history(petition_id: str) -> Any:
    """What the same person brought in besides; a part of the page, asked for by hand."""
    path, route = f"/v1/petitions/{petition_id}/history", "/v1/petitions/{id}/history"
    found = ask(get("intake", path, route=route, limit=50))
    return render_template("office/intake/history.html", found=found)


@office.post("/petitions/<petition_id>/attachments")
@open_to("registrar")
def attach(petition_id: str) -> Any:
    """Attach a file."""
    path, route = f"/v1/petitions/{petition_id}/attachments", "/v1/petitions/{id}/attachments"
    key = request.form.get("key")
    answer = ask(post("intake", path, route=route, files=uploaded(), key=key))
    if not answer.ok:
        return page(petition_id, doing="attach", refused=answer)
    flash(_("附件已上传。"), "done")
    return redirect(url_for("office.petition", petition_id=petition_id, _anchor="attachments"))


@office.get("/petitions/<petition_id>/attachments/<attachment_id>")
@open_to(*_IDENTIFIERS, "supervisor", "leader")
def attachment(petition_id: str, attachment_id: str) -> Response:
    """An attachment, for saving; written down."""
    path = f"/v1/petitions/{petition_id}/attachments/{attachment_id}/link"
    link = ask(post("intake", path, route="/v1/petitions/{id}/attachments/{id}/link"))
    if not link.ok:
        refuse(link)
    return send_file(get("intake", link.body["url"], route="/v1/attachments/{link}"))


@office.post("/petitions/<petition_id>/notices/<notice_id>/retry")
@open_to("registrar", "dispatcher", "handler", "unit_head", "supervisor")
def retry_notice(petition_id: str, notice_id: str) -> Any:
    """Send a notice again."""
    path = f"/v1/petitions/{petition_id}/notices/{notice_id}/retry"
    answer = ask(post("intake", path, route="/v1/petitions/{id}/notices/{id}/retry"))
    if not answer.ok:
        return page(petition_id, doing="retry", refused=answer)
    flash(_("已重新排队发送。"), "done")
    return redirect(url_for("office.petition", petition_id=petition_id, _anchor="notices"))


def page(
    petition_id: str,
    *,
    doing: str = "",
    refused: Answer | None = None,
    unmasked: dict[str, Any] | None = None,
) -> Any:
    """The petition's page; what only hangs on it may be away."""
    there = f"/v1/petitions/{petition_id}"
    hanging = ("corrections", "notices", "attachments", "similar")
    answers = ask_all(
        petition=None if unmasked else get("intake", there, route="/v1/petitions/{id}"),
        cases=get("routing", "/v1/cases", petition_id=petition_id),
        channels=get("intake", "/v1/channels"),
        mailboxes=get("intake", "/v1/mailboxes"),
        units=get("routing", "/v1/units"),
        **{
            part: get("intake", f"{there}/{part}", route="/v1/petitions/{id}/" + part)
            for part in hanging
        },
    )
    shown = render_template(
        "office/intake/petition.html",
        p=unmasked or needed(answers["petition"]),
        cases=answers["cases"].items,
        channels=_names(answers["channels"]),
        mailboxes=_names(answers["mailboxes"]),
        units=_names(answers["units"]),
        acts=ACTS,
        field_names=petition_form.NAMES,
        doing=doing,
        refused=refused,
        errors=refused.errors if refused else {},
        typed=request.form,
        **{part: answers[part] for part in hanging},
    )
    return shown, status_of(refused)


def _names(answer: Answer) -> dict[str, str]:
    return {one["code"]: one["name"] for one in answer.items}
