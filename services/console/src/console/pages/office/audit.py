"""Who looked at whose data: the audit chain by person, matter, account and day.

form -> POST /office/audit -> intake's entries, the reading written down as well
     -> where a matter is named, routing's looks of petitioners at their papers

Numbers are in bodies alone; the id of a case may stand in an address, so that its page leads here.
"""

from http import HTTPStatus
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _

from console.asking import Answer, Ask, get, post
from console.domain.audit import ACTS, FIELDS, FORMATS, asked_of
from console.domain.case_filters import CASE_NO, PETITION_NO
from console.domain.menus import AUDIT
from console.domain.petition_form import one
from console.pages.desk import ask, ask_all, desk, needed
from console.pages.doors import open_to
from console.pages.office.case_frame import get_case
from console.pages.office.case_numbers import plain
from console.pages.office.desk import office
from console.pages.office.register import status_of


@office.get("/audit")
@open_to(*AUDIT)
def audit() -> Any:
    """The form; with a case in the address, who looked at it."""
    if case_id := request.args.get("case_id"):
        case = needed(ask(get_case(case_id)))
        return _page(case["case_no"], case["petition_ids"], {"case_id": case_id})
    return _page("", [])


@office.post("/audit")
@open_to(*AUDIT)
def read_audit() -> Any:
    """The entries that were asked for, a page of them."""
    number = plain(one(request.form.getlist, "number"))
    petition_ids, about = _of_number(number) if number else ([], {})
    if number and not petition_ids:
        unknown = _("没有找到此编号，或者此件不在您可以查看的范围内。")
        errors = [{"field": "number", "reason": unknown}]
        return _page(
            number, [], refused=Answer(HTTPStatus.UNPROCESSABLE_ENTITY, {"errors": errors})
        )
    return _page(number, petition_ids, about)


@office.get("/audit/papers")
@open_to(*AUDIT)
def paper_looks() -> Any:
    """Which papers petitioners opened with number and query code."""
    about = {
        name: request.args[name] for name in ("case_id", "petition_id") if request.args.get(name)
    }
    looks = ask(_looks(about, cursor=request.args.get("cursor")))
    return render_template("office/paper_looks.html", looks=looks, about=about, formats=FORMATS)


def _of_number(number: str) -> tuple[list[str], dict[str, str]]:
    """The petitions of a number, and how routing is asked for the looks at their papers."""
    if CASE_NO.match(number):
        for case in ask(get("routing", "/v1/cases", case_no=number)).items:
            return case["petition_ids"], {"case_id": case["case_id"]}
    if PETITION_NO.match(number):
        path = f"/v1/petition-numbers/{number}"
        found = ask(get("intake", path, route="/v1/petition-numbers/{petition_no}"))
        if found.ok:
            petition_id = found.body["petition_id"]
            return [petition_id], {"petition_id": petition_id}
    return [], {}


def _looks(about: dict[str, str], *, cursor: str | None = None) -> Ask:
    return get("routing", "/v1/document-looks", limit=50, cursor=cursor, **about)


def _page(
    number: str,
    petition_ids: list[str],
    about: dict[str, str] | None = None,
    *,
    refused: Answer | None = None,
) -> Any:
    asked = asked_of(
        request.form.getlist, petition_ids=petition_ids, accounts_of=desk().accounts_of
    )
    wanted = refused is None and (request.method == "POST" or bool(petition_ids))
    answers = ask_all(
        entries=post("intake", "/v1/audit/search", asked) if wanted else None,
        looks=_looks(about) if wanted and about else None,
    )
    entries = answers.get("entries")
    if entries is not None and not entries.ok:
        refused = entries
    page = render_template(
        "office/audit.html",
        entries=entries if refused is None else None,
        looks=answers.get("looks"),
        about=about,
        typed={name: request.form.get(name, "") for name in FIELDS} | {"number": number},
        acts=ACTS,
        formats=FORMATS,
        refused=refused,
        errors=refused.errors if refused else {},
    )
    return page, status_of(refused)
