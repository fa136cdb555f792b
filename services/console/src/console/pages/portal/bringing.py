"""Bringing a matter in, step by step: what is typed is kept with intake as a draft.

begin -> what -> where -> files -> who -> told -> check -> receipt
"""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from console.asking import Answer, get, post
from console.domain import steps
from console.pages.desk import ask, ask_all, needed, refuse
from console.pages.portal import drafts
from console.pages.portal.desk import moment_now, note_taken, page, portal
from console.pages.portal.held import DRAFT, held_account, held_draft, hold_draft, let_go

_WRONG = 422
_PLACE_LONGEST = 100


@portal.get("/bring")
def begin() -> Any:
    """What will be asked, what belongs elsewhere, and the button that begins."""
    return _begin(mailbox=request.args.get("mailbox", ""))


@portal.post("/bring")
def begin_draft() -> Any:
    """Begin a draft, of one's account where one is signed in."""
    fields, key = steps.begun(request.form.getlist), request.form.get("key")
    g.token = held_account()
    answer = ask(post("intake", "/v1/public/drafts", fields, key=key))
    if not answer.ok:
        return _begin(refused=answer)
    hold_draft(answer.body["draft_id"], answer.body["token"])
    return redirect(_to(steps.STEPS[0]))


@portal.get("/bring/<any(what, where, who, told, check):path>")
def step(path: str) -> Any:
    """One page of the form, as it was left; what is wrong is said where it is to be mended."""
    draft = drafts.open_draft()
    tell = path == "check" or "mend" in request.args
    return _page(path, draft, problems=draft["problems"] if tell else [])


@portal.post("/bring/places")
def find_places() -> Any:
    """Places of the gazetteer whose name begins as is typed; a part of the form."""
    return render_template("portal/places.html", places=_places(request.form.get("place", "")))


@portal.post("/bring/<any(what, where, who, told):path>")
def fill_in(path: str) -> Any:
    """Keep what was typed, wrong or right, and go on, or say at each field what is wrong."""
    held, typed, do = drafts.own_draft(), request.form, request.form.get("do")
    said = steps.read(path, typed.getlist)
    answer = drafts.change(held, said, version=typed.get("version"))
    if do == "keep":
        return _kept_while_typing(answer)
    if not answer.ok:
        return _not_kept(path, said, answer)
    draft = answer.body
    note_taken(f"bring-{held.draft_id}-{path}")
    if elsewhere := _elsewhere(do, path):
        return redirect(elsewhere)
    problems = draft["problems"]
    if path == "who" and not typed.get("identity"):
        problems = [*problems, {"field": "petitioner", "reason": _("请选择实名或者匿名。")}]
    if steps.problems_at(path, problems):
        return _page(path, draft, problems=problems, status=_WRONG)
    return redirect(_to(steps.after(path)))


@portal.post("/bring/check")
def submit() -> Any:
    """Register the draft; the receipt is the next page."""
    held, version = drafts.own_draft(), request.form.get("version")
    if request.form.get("do") == "back":
        return redirect(_to(steps.before("check")))
    if not request.form.get("agreed"):
        draft, wrong = drafts.open_draft(), {"field": "agreed", "reason": _("请先阅读并勾选。")}
        return _page("check", draft, problems=[*draft["problems"], wrong], status=_WRONG)
    answer = drafts.submit(held, version=version)
    if answer.ok or drafts.is_registered(answer):
        return redirect(url_for("portal.receipt"))
    found = ask(drafts.reading(held))
    if not found.ok:
        # Nothing can be shown of the draft now; intake has it, and this page can be sent again.
        return page("send_again", answer, version=version)
    return _page("check", found.body, problems=found.body["problems"], refused=answer)


@portal.get("/bring/receipt")
def receipt() -> Any:
    """Number and query code; intake tells them to this browser for a day, until it is put away."""
    answer = drafts.submit(drafts.own_draft(), version="0")
    if drafts.is_registered(answer):
        return page("receipt", petition_no=answer.body["petition_no"], query_code=None)
    if not answer.ok and not answer.away:
        return redirect(url_for("portal.step", path="check"))
    told = needed(answer)
    return page(
        "receipt",
        petition_no=told["petition_no"],
        query_code=told["query_code"],
        choice=told["choice"],
        media=steps.MEDIA,
    )


@portal.post("/bring/receipt/done")
def put_away() -> Response:
    """The citizen has noted number and code: this browser forgets them."""
    let_go(DRAFT)
    flash(_("回执已收起。以后凭编号和查询码查进度。"), "done")
    return redirect(url_for("portal.look_up"))


@portal.route("/bring/later", methods=["GET", "POST"])
def later() -> Any:
    """How to go on another time; on a device of one's own the draft may stay."""
    if request.method == "GET":
        return page("later", draft=drafts.open_draft())
    held = drafts.own_draft()
    hold_draft(held.draft_id, held.token, stays=True)
    flash(_("草稿已保留在这台设备上，30天内可以接着填写。"), "done")
    return redirect(url_for("portal.home"))


@portal.post("/bring/drop")
def drop() -> Any:
    """Forget the draft, here and with intake."""
    answer = drafts.drop(drafts.own_draft())
    if not answer.ok and not answer.missing:
        refuse(answer)
    let_go(DRAFT)
    flash(_("草稿已删除。"), "done")
    return redirect(url_for("portal.home"))


def _begin(*, mailbox: str = "", refused: Answer | None = None) -> Any:
    held = held_draft()
    g.token = held.token if held else None
    answers = ask_all(
        mailboxes=get("intake", "/v1/public/mailboxes"),
        draft=drafts.reading(held) if held else None,
    )
    draft = answers.get("draft")
    return page(
        "begin",
        refused,
        mailboxes=answers["mailboxes"],
        mailbox=request.form.get("mailbox", mailbox),
        purpose=request.form.get("purpose", ""),
        purposes=steps.PURPOSES,
        draft=draft.body if draft is not None and draft.ok else None,
    )


def _page(
    path: str,
    draft: dict[str, Any],
    *,
    problems: list[dict[str, str]],
    status: int = 200,
    refused: Answer | None = None,
) -> Any:
    fields = draft["fields"]
    to_name = path in ("what", "check") and fields.get("channel") == steps.MAILBOX
    mailboxes = ask(get("intake", "/v1/public/mailboxes")) if to_name else None
    errors = _by_field(problems) if path == "check" else steps.problems_at(path, problems)
    filled = steps.filled(fields)
    shown, usual = page(
        f"steps/{path}",
        refused,
        step=steps.at(path),
        steps=steps.STEPS,
        draft=draft,
        filled=filled,
        errors=errors,
        names=steps.names_of(errors),
        places=_places(filled["place"]) if path == "where" else [],
        tables=steps,
        mailboxes=mailboxes.items if mailboxes else [],
    )
    return shown, status if refused is None else usual


def _places(name: Any) -> list[dict[str, Any]]:
    """Places whose name begins so; none where no name was typed."""
    typed = name.strip() if isinstance(name, str) else ""
    if not typed or len(typed) > _PLACE_LONGEST:
        return []
    return ask(get("intake", "/v1/places", name=typed)).items


def _by_field(problems: list[dict[str, str]]) -> dict[str, str]:
    return {one["field"]: one["reason"] for one in problems}


def _not_kept(path: str, said: dict[str, Any], refused: Answer) -> Any:
    """The same page with all that was typed; where another device was first, on its version."""
    version: Any = request.form.get("version")
    known: dict[str, Any] = {"version": version, "fields": {}, "problems": [], "files": []}
    if refused.stale:
        known = drafts.open_draft()
    draft = known | {"fields": known["fields"] | said}
    problems = [{"field": name, "reason": why} for name, why in refused.errors.items()]
    return _page(path, draft, problems=problems, refused=refused)


def _kept_while_typing(answer: Answer) -> Any:
    """What the page's script says beside the buttons; the version for the next time."""
    if answer.ok:
        return {"version": answer.body["version"], "at": moment_now()}
    return {"stale": answer.stale}, answer.status or 503


def _elsewhere(do: str | None, path: str) -> str | None:
    """Where a button leads that does not ask for the next page."""
    if do == "later":
        return url_for("portal.later")
    if do == "find":
        return url_for("portal.step", path=path)
    return _to(steps.before(path)) if do == "back" else None


def _to(step: steps.Step | None) -> str:
    if step is None:
        return url_for("portal.begin")
    if step.path == "files":
        return url_for("portal.files")
    return url_for("portal.step", path=step.path)
