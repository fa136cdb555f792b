"""One case whole: where it stands, what to do now, what came in, what was done.

Everything that the page shows is asked for at the same time; a service that is down leaves its own
panels empty and the rest as it is.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from console.asking import Answer, Ask, get, post
from console.domain.case_words import LINKS
from console.domain.next_steps import sorted_out, suggested_units
from console.pages.desk import ask, ask_all, refuse
from console.pages.looks import translated
from console.pages.office.case_frame import case_and, get_case, of_case, show
from console.pages.office.coordination_forms import usual_instruction
from console.pages.office.desk import office

_PETITIONS_SHOWN = 5
_SPLIT_OFF_SHOWN = 20


@office.get("/cases/<case_id>")
def case(case_id: str) -> Any:
    """The case with everything that somebody needs in order to take the next step."""
    return _page(case_id)


@office.get("/petitions/<petition_id>/case")
def case_of_petition(petition_id: str) -> Any:
    """The case that a petition is handled in; their list where it was split."""
    found = ask(get("routing", "/v1/cases", petition_id=petition_id, limit=2))
    if not found.ok:
        refuse(found)
    if not found.items:
        refuse(
            Answer(
                404, {"detail": _("这件信访件还没有对应的信访事项，或者不在您可以查看的范围内。")}
            )
        )
    if len(found.items) > 1:
        return redirect(url_for("office.cases", petition_id=petition_id))
    return redirect(url_for("office.case", case_id=found.items[0]["case_id"]))


@office.post("/cases/<case_id>/petitions/<petition_id>/unmask")
def unmask_in_case(case_id: str, petition_id: str) -> Any:
    """The petitioner's identity on the page this once, for a purpose that is written down."""
    sent = request.form
    answer = ask(
        post(
            "intake",
            f"/v1/petitions/{petition_id}/unmask",
            {"purpose_kind": sent.get("purpose_kind"), "purpose": sent.get("purpose", "").strip()},
            route="/v1/petitions/{id}/unmask",
        )
    )
    return _page(case_id, unmasked={petition_id: answer})


@office.post("/cases/<case_id>/requests/<request_id>/<what>")
def answer_request(case_id: str, request_id: str, what: str) -> Any:
    """Take up what a petitioner asked for and that waits, or decline it with the reason."""
    if what not in ("take_up", "decline"):
        refuse(Answer(404))
    body = {"reason": request.form.get("reason", "").strip()} if what == "decline" else None
    answer = ask(
        post(
            "routing",
            f"/v1/cases/{case_id}/requests/{request_id}/{what}",
            body,
            route=f"/v1/cases/{{id}}/requests/{{id}}/{what}",
            key=request.form.get("key"),
        )
    )
    if not answer.ok:
        return _page(case_id, refused=answer, declining=request_id if what == "decline" else "")
    flash(_("已处理信访人的申请：%(state)s。", state=translated(answer.body["state_name"])), "done")
    return redirect(url_for("office.case", case_id=case_id))


def _page(
    case_id: str,
    *,
    unmasked: Mapping[str, Answer] | None = None,
    refused: Answer | None = None,
    declining: str = "",
) -> Any:
    cursor = request.args.get("cursor") if request.method == "GET" else None
    case, answers = case_and(
        case_id,
        guide=of_case(case_id, "guide"),
        steps=of_case(case_id, "steps", cursor=cursor, limit=20),
        requests=of_case(case_id, "requests"),
    )
    guide = answers["guide"]
    to_do = sorted_out(guide.body) if guide.ok else None
    petitions = case["petition_ids"][:_PETITIONS_SHOWN]
    more = ask_all(
        responsible=_responsible(case) if to_do and to_do.may_forward else None,
        units=get("routing", "/v1/units") if to_do and to_do.may_forward else None,
        categories=get("routing", "/v1/categories") if to_do and to_do.may_forward else None,
        alike=_alike(petitions) if to_do and to_do.may_forward and petitions else None,
        split_from=get_case(case["split_from"]) if case["split_from"] else None,
        merged_into=get_case(case["merged_into"]) if case["merged_into"] else None,
        split_off=get("routing", "/v1/cases", split_from=case_id, limit=_SPLIT_OFF_SHOWN),
        **{f"petition-{one}": _of_petition(one, "") for one in petitions},
        **{f"files-{one}": _of_petition(one, "/attachments") for one in petitions},
        **{f"asked-{one}": _of_petition(one, "/requests") for one in petitions},
    )
    shown = {one: more[f"petition-{one}"] for one in petitions}
    refusals = {}
    for one, answer in (unmasked or {}).items():
        if answer.ok:
            shown[one] = answer
        else:
            refusals[one] = answer
    return show(
        "office/case.html",
        case,
        status=_status(refusals, refused),
        guide=guide,
        to_do=to_do,
        offered=suggested_units(
            case,
            responsible=more["responsible"].items if "responsible" in more else [],
            units=more["units"].items,
            categories=more["categories"].items,
        )
        if "units" in more
        else None,
        alike=more["alike"].items if "alike" in more else [],
        usual=usual_instruction() if g.member.has("leader") else None,
        linked=_linked(more),
        own_words=_own_words(case, shown.values()),
        steps=answers["steps"],
        requests=answers["requests"],
        petitions=shown,
        files={one: more[f"files-{one}"] for one in petitions},
        words=_words({one: more[f"asked-{one}"] for one in petitions}),
        refusals=refusals,
        refused=refused,
        declining=declining,
    )


def _responsible(case: Mapping[str, Any]) -> Ask | None:
    """Units by responsibility for the category that stands, or else the suggested one."""
    category = case["category"] or (case.get("suggestion") or {}).get("category")
    return get("routing", "/v1/responsible", category=category) if category else None


def _alike(petitions: list[str]) -> Ask:
    """The likest petition, of which to think before the case goes out."""
    path = f"/v1/petitions/{petitions[0]}/similar"
    return get("intake", path, route="/v1/petitions/{id}/similar", limit=1)


def _of_petition(petition_id: str, part: str) -> Ask:
    return get("intake", f"/v1/petitions/{petition_id}{part}", route=f"/v1/petitions/{{id}}{part}")


def _words(asked: Mapping[str, Answer]) -> dict[str, str]:
    """What petitioners wrote with their requests, by request."""
    return {
        one["request_id"]: one["content"] or ""
        for answer in asked.values()
        for one in answer.items
        if "request_id" in one
    }


def _linked(more: Mapping[str, Answer]) -> list[tuple[str, dict[str, Any]]]:
    """The cases that this one was split off, that were split off it, and that it went into."""
    one = {name: [answer.body] for name, answer in more.items() if name in LINKS and answer.ok}
    found = one | {"split_off": more["split_off"].items}
    return [(title, case) for name, title in LINKS.items() for case in found.get(name, ())]


def _own_words(case: Mapping[str, Any], petitions: Iterable[Answer]) -> bool:
    """Whether the case is worded otherwise than the petitions that its reader may see."""
    said = [answer.body["content"] for answer in petitions if answer.ok]
    return bool(case["content"]) and case["content"] not in said


def _status(refusals: Mapping[str, Answer], refused: Answer | None) -> int:
    wrong = refused or next(iter(refusals.values()), None)
    return 200 if wrong is None else (wrong.status or 503)
