"""Instructions, charges, tasks and referrals on one case: listed, and begun."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from console.asking import Answer, get, post
from console.domain.case_coordination import THINGS, body_for
from console.domain.forms import fill, read
from console.pages.desk import ask, refuse
from console.pages.office.case_frame import case_and, show
from console.pages.office.desk import office


@office.get("/cases/<case_id>/coordination")
def case_coordination(case_id: str) -> Any:
    """What leaders and others were asked for on this case."""
    return _page(case_id)


@office.post("/cases/<case_id>/coordination/<code>")
def begin_coordination(case_id: str, code: str) -> Any:
    """Begin one thing; the form once more where it is refused."""
    thing = THINGS.get(code)
    if thing is None:
        refuse(Answer(404))
    body = body_for(thing, read(list(thing.asks), request.form.getlist), case_id)
    answer = ask(
        post(
            "routing",
            thing.begun_at.format(case=case_id),
            body,
            route=thing.begun_at.format(case="{id}"),
            key=request.form.get("key"),
        )
    )
    if not answer.ok:
        return _page(case_id, tried=code, refused=answer)
    flash(_("已办理：%(title)s", title=thing.add), "done")
    return redirect(url_for("office.case_coordination", case_id=case_id))


def _page(case_id: str, *, tried: str = "", refused: Answer | None = None) -> Any:
    case, answers = case_and(
        case_id,
        units=get("routing", "/v1/units"),
        **{
            code: get("routing", one.listed_at, **_of(code, case_id))
            for code, one in THINGS.items()
        },
    )
    units = answers.pop("units").items
    return show(
        "office/case_coordination.html",
        case,
        status=200 if refused is None else (refused.status or 503),
        things=THINGS,
        listed=answers,
        units=units,
        unit_names={one["code"]: one["name"] for one in units},
        forms={
            code: fill(list(one.asks), request.form.getlist if code == tried else _nothing)
            for code, one in THINGS.items()
        },
        tried=tried,
        refused=refused,
    )


def _of(code: str, case_id: str) -> dict[str, Any]:
    more = {"which": "all"} if code == "tasks" else {}
    return {"case_id": case_id, "limit": 20, **more}


def _nothing(_name: str) -> list[str]:
    return []
