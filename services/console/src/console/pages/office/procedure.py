"""The procedure's standards tried before they are used; categories, classifiers, checks."""

from http import HTTPStatus
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from console.asking import Answer, get, post, put
from console.domain.faults import line_of
from console.domain.petition_form import whole
from console.domain.standards import ANSWERS, CHANGES, LEVELS, SECTIONS, standing
from console.pages.desk import ask, ask_all, needed
from console.pages.doors import open_to
from console.pages.office.desk import office
from shared.csv_table import decode


@office.get("/procedure")
@open_to("admin")
def procedure() -> Any:
    """Where an edition of standards is tried."""
    return _trial()


@office.post("/procedure")
@open_to("admin")
def try_standards() -> Any:
    """Each error of the files that were sent and what they would change; nothing is kept."""
    files, unread = {}, ""
    for upload in request.files.getlist("files"):
        if not upload.filename:
            continue
        try:
            files[standing(upload.filename)] = decode(upload.read())
        except ValueError:
            unread = _("文件“%(name)s”不是文本文件。", name=upload.filename)
    if not files and not unread:
        unread = _("请选择要校验的文件。")
    if unread:
        return _trial(wrong=unread), HTTPStatus.UNPROCESSABLE_ENTITY
    answer = ask(post("routing", "/v1/standards/check", {"files": files}))
    page = _trial(answer=answer, files=files)
    return page, HTTPStatus.OK if answer.ok else (answer.status or 503)


@office.get("/procedure/categories")
@open_to("admin", "leader")
def categories() -> Any:
    """The categories, and which of them go to their unit without a dispatcher."""
    answers = ask_all(
        categories=get("routing", "/v1/categories"),
        rules=get("routing", "/v1/pre-dispatch", limit=200),
        units=get("routing", "/v1/units"),
    )
    return render_template(
        "office/categories.html",
        answers=answers,
        rules={one["category"]: one for one in answers["rules"].items},
        names={one["code"]: one["name"] for one in answers["units"].items},
    )


@office.route("/procedure/categories/<code>", methods=["GET", "POST"])
@open_to("admin", "leader")
def pre_dispatch(code: str) -> Any:
    """From which confidence on a category's cases go to a unit by themselves."""
    answers = ask_all(
        categories=get("routing", "/v1/categories"),
        rules=get("routing", "/v1/pre-dispatch", limit=200),
        units=get("routing", "/v1/units"),
    )
    category = next((c for c in needed(answers["categories"])["items"] if c["code"] == code), None)
    if category is None:
        return redirect(url_for("office.categories"))
    rule = next((one for one in answers["rules"].items if one["category"] == code), {})
    shown, answer = rule, None
    if request.method == "POST":
        sent = request.form
        percent = sent.get("min_percent", "").strip()
        body = {
            "min_percent": whole(percent) if percent else None,
            "unit": sent.get("unit", ""),
            "active": "active" in sent,
        }
        path = f"/v1/pre-dispatch/{code}"
        answer = ask(put("routing", path, body, route="/v1/pre-dispatch/{category}"))
        if answer.ok:
            flash(_("已保存“%(name)s”的预分流。", name=category["name"]), "done")
            return redirect(url_for("office.categories"))
        shown = body | {"min_percent": percent}
    page = render_template(
        "office/pre_dispatch.html",
        category=category,
        shown=shown,
        units=answers["units"].items,
        refused=answer,
    )
    return page, HTTPStatus.OK if answer is None else (answer.status or 503)


@office.get("/procedure/classifiers")
@open_to("admin", "leader", "auditor")
def classifiers() -> Any:
    """The classifiers that were trained, what was measured of each, which is in use."""
    listed = ask(get("routing", "/v1/classifiers", cursor=request.args.get("cursor")))
    return render_template("office/classifiers.html", listed=listed)


@office.get("/procedure/checks")
@open_to("admin", "leader", "auditor")
def checks() -> Any:
    """The checks that an answer goes through, with the basis of each."""
    listed = ask(get("routing", "/v1/answer-checks"))
    return render_template("office/checks.html", listed=listed, levels=LEVELS, answers=ANSWERS)


def _trial(
    *, answer: Answer | None = None, files: dict[str, str] | None = None, wrong: str = ""
) -> str:
    trial, sent = answer.body if answer is not None and answer.ok else None, files or {}
    return render_template(
        "office/procedure.html",
        trial=trial,
        refused=answer if answer is not None and not answer.ok else None,
        errors=[
            one | {"said": line_of(sent.get(one["file"], ""), one["line"])}
            for one in (trial["errors"] if trial else [])
        ],
        files=sorted(sent),
        sections=SECTIONS,
        changes=CHANGES,
        wrong=wrong,
    )
