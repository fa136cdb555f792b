"""Letters to petitioners: printed with name and address, and marked as posted."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from console.asking import Answer, get, post
from console.pages.desk import ask
from console.pages.doors import open_to
from console.pages.office.desk import office, to_print
from console.pages.office.register import status_of


@office.get("/letters/outgoing")
@open_to("registrar", "dispatcher")
def outgoing() -> Any:
    """Letters that wait to be printed and posted, without name and address."""
    return _list()


@office.post("/letters/outgoing/print")
@open_to("registrar", "dispatcher")
def print_letters() -> Any:
    """The chosen letters as one page, a sheet each; every look is written down."""
    answer = ask(post("intake", "/v1/letters/print", {"notice_ids": _chosen()}))
    return to_print(answer.body["page"]) if answer.ok else _list(refused=answer)


@office.post("/letters/outgoing/posted")
@open_to("registrar", "dispatcher")
def post_letters() -> Any:
    """Mark the chosen letters as posted."""
    answer = ask(post("intake", "/v1/letters/posted", {"notice_ids": _chosen()}))
    if not answer.ok:
        return _list(refused=answer)
    flash(_("已标记%(n)s封为已寄出。", n=len(answer.body["posted"])), "done")
    return redirect(url_for("office.outgoing"))


def _chosen() -> list[str]:
    return request.form.getlist("notice_ids")


def _list(*, refused: Answer | None = None) -> Any:
    listed = ask(get("intake", "/v1/letters", cursor=request.args.get("cursor"), limit=50))
    shown = render_template(
        "office/intake/outgoing.html",
        listed=listed,
        chosen=_chosen(),
        refused=refused,
        errors=refused.errors if refused else {},
    )
    return shown, status_of(refused)
