"""Units, and who is responsible for what: the tree, one unit, numbers' prefixes."""

from http import HTTPStatus
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from console.asking import Answer, get, put
from console.domain.organisation import KINDS, LEVELS, rows_of, tree
from console.pages.desk import ask, ask_all, desk, needed
from console.pages.doors import open_to
from console.pages.office.desk import office

_LINES = ("name", "kind")
_MAYBE = ("parent", "level", "valid_from", "valid_to", "review_body", "address", "contact")
_FLAGS = ("secret_lane", "external")


@office.get("/units")
@open_to("admin")
def units() -> Any:
    """The organisation as a tree, and the responsibilities beside it."""
    answers = ask_all(
        units=get("routing", "/v1/units"),
        responsibilities=get("routing", "/v1/responsibilities/export"),
        categories=get("routing", "/v1/categories"),
        numbering=get("routing", "/v1/numbering"),
    )
    listed = answers["units"].items
    table = answers["responsibilities"]
    return render_template(
        "office/units.html",
        answers=answers,
        tree=tree(listed),
        kinds=KINDS,
        names={one["code"]: one["name"] for one in listed},
        categories={one["code"]: one["name"] for one in answers["categories"].items},
        prefixes={one["unit"]: one["prefix"] for one in answers["numbering"].items},
        duties=list(rows_of(table.body["csv"])) if table.ok else [],
        provider=desk().app.settings.oidc_issuer,
    )


@office.route("/units/new", methods=["GET", "POST"])
@open_to("admin")
def new_unit() -> Any:
    """A unit that is not there yet."""
    known = needed(ask(get("routing", "/v1/units")))["items"]
    sent, answer = request.form, None
    if request.method == "POST":
        code = sent.get("code", "").strip()
        if code in {one["code"] for one in known}:
            taken = _("已有此编码的单位。")
            answer = Answer(HTTPStatus.CONFLICT, {"errors": [{"field": "code", "reason": taken}]})
        else:
            answer = _put(code, {})
        if answer.ok:
            flash(_("已新增单位：%(name)s", name=sent["name"]), "done")
            return redirect(url_for("office.units"))
    return _form(None, known, answer)


@office.route("/units/<code>", methods=["GET", "POST"])
@open_to("admin")
def unit(code: str) -> Any:
    """One unit; the code stays for ever, because cases name it."""
    answers = ask_all(units=get("routing", "/v1/units"), numbering=get("routing", "/v1/numbering"))
    known = needed(answers["units"])["items"]
    found = _one(known, code)
    answer = None
    if request.method == "POST":
        answer = _put(code, found)
        if answer.ok:
            flash(_("已保存：%(name)s", name=request.form["name"]), "done")
            return redirect(url_for("office.units"))
    return _form(found, known, answer, numbering=answers["numbering"])


@office.post("/units/<code>/prefix")
@open_to("admin")
def prefix(code: str) -> Any:
    """What the numbers of a unit's papers begin with."""
    answers = ask_all(units=get("routing", "/v1/units"), numbering=get("routing", "/v1/numbering"))
    known = needed(answers["units"])["items"]
    found = _one(known, code)
    typed = request.form.get("prefix", "").strip()
    path = f"/v1/numbering/{code}"
    answer = ask(put("routing", path, {"prefix": typed}, route="/v1/numbering/{unit}"))
    if answer.ok:
        flash(_("机关代字已保存：%(prefix)s", prefix=typed), "done")
        return redirect(url_for("office.unit", code=code))
    return _form(found, known, None, numbering=answers["numbering"], prefix_refused=answer)


def _one(known: list[dict[str, Any]], code: str) -> dict[str, Any]:
    found = next((one for one in known if one["code"] == code), None)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


def _put(code: str, before: dict[str, Any]) -> Answer:
    """Send what was typed. Work that goes to several successors is kept: the table says it."""
    sent = request.form
    body: dict[str, Any] = {name: sent.get(name, "").strip() for name in _LINES}
    body |= {name: sent.get(name, "").strip() or None for name in _MAYBE}
    body |= {name: name in sent for name in _FLAGS}
    if body["kind"] not in KINDS:
        body["kind"] = ""
    if "successor" in sent and _takes_all(before.get("successors") or []) is not None:
        heir = sent["successor"].strip()
        body["successors"] = [{"unit": heir}] if heir else []
    path = f"/v1/units/{code or '-'}"
    return ask(put("routing", path, body, route="/v1/units/{code}"))


def _takes_all(successors: list[dict[str, Any]]) -> str | None:
    """The unit that takes all work, empty where none does; None where the work is divided."""
    if not successors:
        return ""
    only, *others = successors
    return None if others or only["categories"] or only["areas"] else str(only["unit"])


def _form(
    found: dict[str, Any] | None,
    known: list[dict[str, Any]],
    answer: Answer | None,
    *,
    numbering: Answer | None = None,
    prefix_refused: Answer | None = None,
) -> tuple[str, int]:
    shown = dict(found or {})
    shown["successor"] = _takes_all(shown.get("successors") or [])
    if answer is not None:
        shown |= request.form.to_dict() | {name: name in request.form for name in _FLAGS}
    page = render_template(
        "office/unit.html",
        found=found,
        shown=shown,
        kinds={code: _(name) for code, name in KINDS.items()},
        levels={code: _(name) for code, name in LEVELS.items()},
        units=known,
        numbering=numbering,
        refused=answer,
        prefix_refused=prefix_refused,
    )
    wrong = answer or prefix_refused
    return page, HTTPStatus.OK if wrong is None else (wrong.status or 503)
