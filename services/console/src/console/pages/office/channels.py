"""Channels and government mailboxes: opened, closed, weighed, and counted by period."""

import datetime as dt
from http import HTTPStatus
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from console.asking import Answer, Ask, get, put
from console.domain.channels import KINDS
from console.domain.petition_form import whole
from console.pages.desk import ask, ask_all, desk, needed
from console.pages.doors import open_to
from console.pages.office.desk import office
from shared.clock import office_day


@office.get("/channels")
@open_to("admin", "leader", "supervisor", "auditor")
def channels() -> Any:
    """The channels and the mailboxes, with how many wrote by each in a period."""
    since, until = _period()
    period = {"since": since, "until": until}
    answers = ask_all(
        channels=get("intake", "/v1/channels"),
        channel_counts=get("intake", "/v1/channels/counts", **period),
        mailboxes=get("intake", "/v1/mailboxes"),
        mailbox_counts=get("intake", "/v1/mailboxes/counts", **period),
        units=get("routing", "/v1/units"),
    )
    counted = answers["channel_counts"]
    return render_template(
        "office/channels.html",
        answers=answers,
        period=period,
        kinds=counted.body["kinds"] if counted.ok else [],
        counts={one["code"]: one for one in counted.body["channels"]} if counted.ok else {},
        letters={one["code"]: one for one in answers["mailbox_counts"].items},
        names={one["code"]: one["name"] for one in answers["units"].items},
    )


@office.route("/channels/<code>", methods=["GET", "POST"])
@open_to("admin")
def channel(code: str) -> Any:
    """One channel, or a new one under the code `new`; its code stays for ever."""
    known = needed(ask(get("intake", "/v1/channels")))["items"]
    found, shown, answer = _chosen(code, known)
    if request.method == "POST":
        sent = request.form
        cost = sent.get("cost", "").strip()
        body = {
            "name": sent.get("name", "").strip(),
            "kind": sent.get("kind", ""),
            "active": "active" in sent,
            "public": "public" in sent,
            "cost": whole(cost) if cost else None,
        }
        answer, shown = _put("channels", found, body, known)
        if answer.ok:
            flash(_("已保存渠道：%(name)s", name=body["name"]), "done")
            return redirect(url_for("office.channels"))
    kinds = {one: _(name) for one, name in KINDS.items()}
    page = render_template(
        "office/channel.html", found=found, shown=shown, kinds=kinds, refused=answer
    )
    return page, HTTPStatus.OK if answer is None else (answer.status or 503)


@office.route("/channels/mailboxes/<code>", methods=["GET", "POST"])
@open_to("admin")
def mailbox(code: str) -> Any:
    """One government mailbox, or a new one under the code `new`."""
    answers = ask_all(mailboxes=get("intake", "/v1/mailboxes"), units=get("routing", "/v1/units"))
    known = needed(answers["mailboxes"])["items"]
    found, shown, answer = _chosen(code, known)
    if request.method == "POST":
        sent = request.form
        longest = sent.get("longest", "").strip()
        body = {
            "name": sent.get("name", "").strip(),
            "unit": _one_of(answers["units"], sent.get("unit", "")),
            "intro": sent.get("intro", "").strip(),
            "active": "active" in sent,
            "public": "public" in sent,
        }
        if longest:
            body["longest"] = whole(longest)
        answer, shown = _put("mailboxes", found, body, known)
        if answer.ok:
            flash(_("已保存信箱：%(name)s", name=body["name"]), "done")
            return redirect(url_for("office.channels"))
    page = render_template(
        "office/mailbox.html",
        found=found,
        shown=shown,
        units=answers["units"].items,
        refused=answer,
    )
    return page, HTTPStatus.OK if answer is None else (answer.status or 503)


def _one_of(units: Answer, code: str) -> str:
    """A unit's code as it was chosen; none for what is no unit, which intake cannot know."""
    known = {one["code"] for one in units.items}
    return code if code in known or not units.ok else ""


def _period() -> tuple[str, str]:
    """The period that is asked for; this year so far where none is."""
    today = office_day(desk().app.clock.now())
    begin = dt.date(today.year, 1, 1)
    return (
        request.args.get("since") or begin.isoformat(),
        request.args.get("until") or today.isoformat(),
    )


def _chosen(
    code: str, known: list[dict[str, Any]]
) -> tuple[dict[str, Any] | None, dict[str, Any], Answer | None]:
    if code == "new":
        return None, {"active": True, "public": False}, None
    found = next((one for one in known if one["code"] == code), None)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found, found, None


def _put(
    what: str, found: dict[str, Any] | None, body: dict[str, Any], known: list[dict[str, Any]]
) -> tuple[Answer, dict[str, Any]]:
    """The answer to what was typed, and what was typed; a new one may not replace another."""
    code = found["code"] if found else request.form.get("code", "").strip()
    shown = body | request.form.to_dict() | {name: body[name] for name in ("active", "public")}
    if found is None and code in {one["code"] for one in known}:
        taken = {"field": "code", "reason": _("已有此编码。")}
        return Answer(HTTPStatus.CONFLICT, {"errors": [taken]}), shown
    return ask(_ask(what, code, body)), shown


def _ask(what: str, code: str, body: dict[str, Any]) -> Ask:
    return put("intake", f"/v1/{what}/{code or '-'}", body, route=f"/v1/{what}/{{code}}")
