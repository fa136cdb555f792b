"""The draft of whoever looks at the page, as intake keeps it."""

from typing import Any

from flask import abort, flash, g, redirect, url_for
from flask_babel import gettext as _

from console.asking import Answer, Ask, delete, get, patch, post
from console.pages.desk import ask, needed
from console.pages.portal.held import DRAFT, HeldDraft, held_draft, let_go

_ROUTE = "/v1/public/drafts/{id}"
ALREADY = "already_registered"


def own_draft() -> HeldDraft:
    """The draft that this browser may open; where it has none, the page that begins one."""
    held = held_draft()
    if held is None:
        flash(_("没有正在填写的草稿，请从这里开始。"), "info")
        abort(redirect(url_for("portal.begin")))
    g.token = held.token
    return held


def reading(held: HeldDraft) -> Ask:
    """The question for a draft."""
    return get("intake", f"/v1/public/drafts/{held.draft_id}", route=_ROUTE)


def open_draft() -> dict[str, Any]:
    """The draft as it stands; one that is a petition by now has its receipt."""
    draft: dict[str, Any] = needed(still_there(ask(reading(own_draft()))))
    if draft["petition_no"]:
        abort(redirect(url_for("portal.receipt")))
    return draft


def change(held: HeldDraft, fields: dict[str, Any], *, version: str | None) -> Answer:
    """Put these fields into the draft."""
    address = f"/v1/public/drafts/{held.draft_id}"
    return still_there(ask(patch("intake", address, fields, route=_ROUTE, version=version)))


def submit(held: HeldDraft, *, version: str | None) -> Answer:
    """Register the draft. Asked again within a day, intake answers with the same receipt."""
    address = f"/v1/public/drafts/{held.draft_id}/submit"
    return still_there(ask(post("intake", address, route=f"{_ROUTE}/submit", version=version)))


def drop(held: HeldDraft) -> Answer:
    """Have intake forget the draft."""
    return ask(delete("intake", f"/v1/public/drafts/{held.draft_id}", route=_ROUTE))


def is_registered(answer: Answer) -> bool:
    """Whether a draft was refused because it is a petition already."""
    return isinstance(answer.body, dict) and answer.body.get("code") == ALREADY


def still_there(answer: Answer) -> Answer:
    """The answer; where there is no such draft any more, the page that begins one."""
    if answer.missing:
        let_go(DRAFT)
        flash(_("这份草稿已经不在了：可能已删除，或者超过30天没有改动。"), "info")
        abort(redirect(url_for("portal.begin")))
    return answer
