"""The list of cases: narrowed by filters, found by words or number, taken out as a table.

form -> POST /office/cases -> words sealed -> GET /office/cases?stage=...&sought=... -> routing

An address is seen by proxies, logs and whoever looks over a shoulder. What somebody types of a
title may name a person or a secret matter, so words stand in it sealed with this session's key:
going back, paging and taking the list out work, and nobody but this session reads them.
"""

import json
from typing import Any

from flask import flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from console import use_cases
from console.asking import get
from console.domain.case_filters import (
    CASE_NO,
    PETITION_NO,
    PURPOSES,
    SORTS,
    STAGE_NAMES,
    STATES,
    WORDS,
    asked_of,
    category_choices,
    chips,
    for_routing,
)
from console.pages.desk import ask_all, send_file
from console.pages.office.case_numbers import cases_by_number, plain
from console.pages.office.coordination_forms import usual_instruction
from console.pages.office.desk import office
from console.use_cases import STAFF

_SHORTEST = 2
_LIMITS = {"25": 25, "50": 50}
_DOWNLOADED_S = 600


@office.get("/cases")
def cases() -> Any:
    """The cases one may see, by what is asked for."""
    asked = asked_now()
    wanted = for_routing(asked)
    uncounted = "title" in wanted
    counted = {name: value for name, value in wanted.items() if name != "sort"}
    limit = _LIMITS.get(request.args.get("limit", ""), 25)
    cursor = request.args.get("cursor")
    answers = ask_all(
        listed=get("routing", "/v1/cases", cursor=cursor, limit=limit, **wanted),
        count=None if uncounted else get("routing", "/v1/cases/count", **counted),
        units=get("routing", "/v1/units"),
        categories=get("routing", "/v1/categories"),
    )
    units = {one["code"]: one["name"] for one in answers["units"].items}
    categories = answers["categories"].items
    names = {"unit": units, "category": {one["code"]: one["name"] for one in categories}}
    shown = chips(asked, names)
    return render_template(
        "office/cases.html",
        listed=answers["listed"],
        count=answers.get("count"),
        asked=asked,
        words_lost="sought" in request.args and not WORDS & asked.keys(),
        address=in_address(asked),
        chips=[(one, url_for("office.cases", **in_address(one.rest))) for one in shown],
        units=answers["units"].items,
        categories=category_choices(categories),
        states=STATES,
        stages=STAGE_NAMES,
        purposes=PURPOSES,
        sorts=SORTS,
        usual=usual_instruction() if g.member.has("leader") else None,
    )


@office.post("/cases")
def narrow_cases() -> Response:
    """The list for what was typed into the filters."""
    asked = asked_of(request.form)
    if len(asked.get("title", "xx")) < _SHORTEST:
        flash(_("标题中的词至少两个字。"), "wrong")
        del asked["title"]
    return redirect(url_for("office.cases", **in_address(asked)), code=303)


@office.post("/cases/find")
def find_cases() -> Response:
    """The search box on every page: a number leads to its case, words to the list."""
    sought = request.form.get("q", "").strip()
    number = plain(sought)
    if CASE_NO.match(number) or PETITION_NO.match(number):
        return _to_case(cases_by_number([number])[number], number)
    if len(sought) < _SHORTEST:
        flash(_("请输入标题中的词（至少两个字），或者完整的事项编号、信访件编号。"), "wrong")
        return redirect(url_for("office.cases"), code=303)
    return redirect(url_for("office.cases", **in_address({"title": sought})), code=303)


@office.get("/cases/export")
def export_cases() -> Response:
    """The list as a table; a cookie tells the page, which may have been left, that it came."""
    asked = for_routing(asked_now())
    response = send_file(
        get("routing", "/v1/cases/export", format=request.args.get("format", "xlsx"), **asked)
    )
    mark = request.args.get("mark", "")
    if mark.isalnum():
        response.set_cookie(
            f"exported-{mark[:20]}", "1", max_age=_DOWNLOADED_S, path="/office", samesite="Lax"
        )
    return response


def asked_now() -> dict[str, str]:
    """The filters in the address, its sealed words opened."""
    open_ = {name: value for name, value in request.args.items() if name not in WORDS}
    return asked_of(open_ | _opened(request.args.get("sought", "")))


def in_address(asked: dict[str, str]) -> dict[str, Any]:
    """The filters as an address may hold them."""
    open_: dict[str, Any] = {name: value for name, value in asked.items() if name not in WORDS}
    words = {name: value for name, value in asked.items() if name in WORDS}
    if words:
        open_["sought"] = use_cases.seal_words(session[STAFF], json.dumps(words))
    return open_


def _opened(sealed: str) -> dict[str, str]:
    words = use_cases.open_words(session[STAFF], sealed) if sealed else ""
    return dict(json.loads(words)) if words else {}


def _to_case(found: list[dict[str, Any]], number: str) -> Response:
    if len(found) == 1:
        return redirect(url_for("office.case", case_id=found[0]["case_id"]), code=303)
    if found:
        petition_id = found[0]["petition_ids"][0]
        return redirect(url_for("office.cases", petition_id=petition_id), code=303)
    flash(_("没有找到编号%(number)s，或者此件不在您可以查看的范围内。", number=number), "wrong")
    return redirect(url_for("office.cases"), code=303)
