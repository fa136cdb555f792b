"""What a citizen asks for of their petition: proved by a code that comes to their phone.

page -> code to the phone that was registered -> the same page with the code -> intake -> routing
"""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from console.asking import Answer, get, post
from console.domain import following
from console.pages.desk import ask, needed
from console.pages.looks import translated
from console.pages.portal.desk import page, portal
from console.pages.portal.following import own_petition
from console.pages.portal.uploading import chosen_files, send_files

_ROUTE = "/v1/public/petitions/{no}"
_PATHS = "any(supplement, withdraw, review, 're-review')"


@portal.get(f"/follow/<{_PATHS}:path>")
def ask_for(path: str) -> Any:
    """The form for one kind of request."""
    return _page(path)


@portal.post(f"/follow/<{_PATHS}:path>")
def send_request(path: str) -> Any:
    """Send the code to the phone, add files, or send the request with the code."""
    number, do = own_petition(), request.form.get("do")
    refused = _send_files(number)
    if refused:
        return _page(path, refused[0][1], refusals=refused)
    if do == "files":
        return _page(path)
    if do == "code":
        return _send_code(path, number)
    kind = following.KIND_OF_PATH[path]
    said = {
        "kind": kind,
        "content": request.form.get("content", "").replace("\r\n", "\n").strip() or None,
        "case_id": request.form.get("case_id") or None,
        "phone_code": request.form.get("phone_code", "").strip(),
    }
    address = f"/v1/public/petitions/{number}/requests"
    key = request.form.get("key")
    answer = ask(post("intake", address, said, route=f"{_ROUTE}/requests", key=key))
    if not answer.ok:
        return _page(path, answer, code_sent=said["phone_code"] != "")
    flash(_("%(what)s：已收到您的请求。", what=translated(answer.body["kind_name"])), "done")
    return redirect(url_for("portal.petition"))


def _send_code(path: str, number: str) -> Any:
    address = f"/v1/public/petitions/{number}/requests/code"
    said = {"kind": following.KIND_OF_PATH[path]}
    answer = ask(post("intake", address, said, route=f"{_ROUTE}/requests/code"))
    if not answer.ok:
        return _page(path, answer)
    return _page(path, code_sent=True, sent=answer.body)


def _send_files(number: str) -> list[tuple[str, Answer]]:
    address = f"/v1/public/petitions/{number}/attachments"
    return send_files(chosen_files(), address=address, route=f"{_ROUTE}/attachments")


def _page(
    path: str,
    refused: Answer | None = None,
    *,
    refusals: list[tuple[str, Answer]] | None = None,
    code_sent: bool = False,
    sent: dict[str, Any] | None = None,
) -> Any:
    number, kind = own_petition(), following.KIND_OF_PATH[path]
    progress = needed(ask(get("intake", f"/v1/public/petitions/{number}", route=_ROUTE)))
    now_open = [one for one in progress["open_requests"] if one["kind"] == kind]
    return page(
        "request",
        refused,
        refusals=refusals or [],
        errors=refused.errors if refused else {},
        asking=following.ASKINGS[kind],
        kind=kind,
        open_request=now_open[0] if now_open else None,
        code_sent=code_sent,
        sent=sent,
        typed=request.form,
    )
