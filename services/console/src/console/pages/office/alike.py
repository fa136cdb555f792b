"""Petitions about the same matter, and what else the same person brought in.

A decision is always somebody's: put together, taken out again, said not to be the same, undone.
"""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from console.asking import Answer, Ask, get, post
from console.pages.desk import ask, ask_all, refuse
from console.pages.office.case_frame import case_and, show
from console.pages.office.desk import office

_DECIDERS = ("registrar", "dispatcher", "supervisor", "leader")


@office.get("/cases/<case_id>/alike")
def alike(case_id: str) -> Any:
    """What may be the same matter as the case's petition, and other petitions of the person."""
    return _page(case_id)


@office.post("/cases/<case_id>/alike/<petition_id>/<decision>")
def decide_alike(case_id: str, petition_id: str, decision: str) -> Any:
    """Put together, say not the same, take out, or undo; with the reason."""
    sent = request.form
    one = _decision(decision, petition_id, sent.get("other", ""), sent)
    if one is None:
        refuse(Answer(404))
    answer = ask(one)
    if not answer.ok:
        return _page(case_id, tried=decision + sent.get("other", ""), refused=answer)
    flash(_("已记录您的判断。"), "done")
    return redirect(url_for("office.alike", case_id=case_id, petition=petition_id))


def _decision(decision: str, petition_id: str, other: str, sent: Any) -> Ask | None:
    reason = {"reason": sent.get("reason", "").strip()}
    key = sent.get("key")
    if decision == "link":
        kind = sent.get("kind") or "same"
        body = {"petition_ids": [petition_id, other], "kind": kind, **reason}
        return post("intake", "/v1/matters", body, key=key)
    if decision == "not-same":
        return post(
            "intake",
            f"/v1/petitions/{petition_id}/not-same",
            {"other_id": other, **reason},
            route="/v1/petitions/{id}/not-same",
            key=key,
        )
    if decision == "release":
        return post(
            "intake",
            f"/v1/matters/{sent.get('matter', '')}/release",
            {"petition_ids": [other], **reason},
            route="/v1/matters/{id}/release",
            key=key,
        )
    if decision == "undo":
        return post(
            "intake",
            f"/v1/matters/{sent.get('matter', '')}/unmerge",
            reason,
            route="/v1/matters/{id}/unmerge",
            key=key,
        )
    return None


def _page(case_id: str, *, tried: str = "", refused: Answer | None = None) -> Any:
    case, _answers = case_and(case_id)
    petitions = dict(zip(case["petition_ids"], case["petition_nos"], strict=False))
    chosen = request.args.get("petition") or request.form.get("petition", "")
    if chosen not in petitions:
        chosen = next(iter(petitions), "")
    found = ask_all(
        similar=_of(chosen, "similar", limit=10) if chosen else None,
        history=_of(chosen, "history", limit=20) if chosen else None,
    )
    similar = found.get("similar")
    matter_id = similar.body["matter_id"] if similar and similar.ok else None
    matter = (
        ask(get("intake", f"/v1/matters/{matter_id}", route="/v1/matters/{id}"))
        if matter_id
        else None
    )
    return show(
        "office/alike.html",
        case,
        status=200 if refused is None else (refused.status or 503),
        petitions=petitions,
        chosen=chosen,
        similar=similar,
        history=found.get("history"),
        matter=matter,
        deciders=_DECIDERS,
        tried=tried,
        refused=refused,
    )


def _of(petition_id: str, part: str, **params: Any) -> Ask:
    path = f"/v1/petitions/{petition_id}/{part}"
    return get("intake", path, route=f"/v1/petitions/{{id}}/{part}", **params)
