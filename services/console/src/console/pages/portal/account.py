"""An account by a code to the phone, which nobody needs: drafts and petitions found again."""

from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from console.asking import Answer, delete, get, post
from console.domain.following import PETITION_NO
from console.pages.desk import ask, ask_all, needed, refuse
from console.pages.portal.desk import page, portal
from console.pages.portal.following import open_petition
from console.pages.portal.held import ACCOUNT, held_account, hold_account, hold_draft, let_go

_BASE = "/v1/public/account"


@portal.get("/account")
def account() -> Any:
    """Drafts and petitions of who is signed in; the form to sign in for whoever is not."""
    g.token = held_account()
    if g.token is None:
        return page("account_sign_in", phone="")
    answers = ask_all(
        petitions=get("intake", f"{_BASE}/petitions", cursor=request.args.get("cursor"), limit=20),
        drafts=get("intake", f"{_BASE}/drafts"),
    )
    for answer in answers.values():
        _still_signed_in(answer)
    return page("account", petitions=answers["petitions"], drafts=answers["drafts"])


@portal.post("/account/sign-in")
def account_sign_in() -> Any:
    """Send the code, then sign in with it; the phone's number stays in the form."""
    phone, typed = request.form.get("phone", "").strip(), request.form
    if typed.get("do") == "code":
        answer = ask(post("intake", f"{_BASE}/code", {"phone": phone}))
        sent = answer.body if answer.ok else None
        return page("account_sign_in", answer, phone=phone, sent=sent, errors=answer.errors)
    said = {"phone": phone, "code": typed.get("code", "").strip()}
    answer = ask(post("intake", f"{_BASE}/session", said))
    if not answer.ok:
        return page("account_sign_in", answer, phone=phone, asked=True, errors=answer.errors)
    hold_account(answer.body["token"], stays=typed.get("own_device") == "true")
    flash(_("已登录。"), "done")
    return redirect(url_for("portal.account"))


@portal.post("/account/petitions/<petition_no>")
def open_own(petition_no: str) -> Response:
    """Open a petition that was brought in while signed in, without its query code."""
    if PETITION_NO.match(petition_no) is None:
        abort(404)
    _signed_in()
    address = f"{_BASE}/petitions/{petition_no}/session"
    session = needed(
        _still_signed_in(ask(post("intake", address, route=f"{_BASE}/petitions/{{no}}/session")))
    )
    open_petition(petition_no, session)
    return redirect(url_for("portal.petition"))


@portal.post("/account/drafts/<uuid:draft_id>")
def take_up(draft_id: str) -> Response:
    """Go on with a draft of the account: the account's secret opens it."""
    hold_draft(str(draft_id), _signed_in())
    return redirect(url_for("portal.step", path="what"))


@portal.post("/account/sign-out")
def account_sign_out() -> Response:
    """Sign out, here or on every device."""
    _signed_in()
    everywhere = request.form.get("everywhere") == "true"
    answer = ask(post("intake", f"{_BASE}/session/end", {"everywhere": everywhere}))
    if everywhere and answer.away:
        refuse(answer)
    let_go(ACCOUNT)
    flash(_("已在所有设备上退出登录。") if everywhere else _("已退出登录。"), "info")
    return redirect(url_for("portal.home"))


@portal.route("/account/erase", methods=["GET", "POST"])
def erase_account() -> Any:
    """Erase the account after it was said what goes and what stays."""
    _signed_in()
    if request.method == "GET":
        return page("account_erase")
    answer = _still_signed_in(ask(delete("intake", _BASE)))
    if not answer.ok:
        return page("account_erase", answer)
    let_go(ACCOUNT)
    flash(_("账户已注销：手机号码、登录和草稿都已删除。"), "done")
    return redirect(url_for("portal.home"))


def _signed_in() -> str:
    """The account's secret; where there is none, the page to sign in."""
    token = held_account()
    if token is None:
        abort(redirect(url_for("portal.account")))
    g.token = token
    return token


def _still_signed_in(answer: Answer) -> Answer:
    """The answer; the page to sign in where the account's secret is over."""
    if answer.unauthorised or answer.missing:
        let_go(ACCOUNT)
        flash(_("登录已过期，请重新登录。"), "info")
        abort(redirect(url_for("portal.account")))
    return answer
