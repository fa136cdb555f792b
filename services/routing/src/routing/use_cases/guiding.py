"""The guide: where a case stands, what its reader may do now, by when and on what basis."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from routing.domain import clocks, policy
from routing.domain.asking import asked
from routing.domain.documents import Catalogue
from routing.domain.guards.answering import owes_report
from routing.domain.guards.opinions import WORDS, opinion_goes_out, own_words
from routing.domain.procedure import BACK, DUTY, SAME, START, Procedure
from routing.domain.review_window import WINDOWS
from routing.domain.scene import Scene
from routing.resources import Resources
from routing.use_cases import scene as scenes
from routing.use_cases.change import ANSWER
from routing.use_cases.documents.access import draws
from routing.use_cases.documents.owed import owed
from routing.use_cases.effects.answering import SETTLED_UNREPORTED
from routing.use_cases.effects.dispatching import STAYS_ASSIGNED
from routing.use_cases.reading import case_row, possible
from routing.use_cases.units import unit_names
from shared.auth import Principal
from shared.db import Session
from shared.errors import in_language

_OFFICE = "信访部门"
_WAITS_FOR_PETITIONER = ("served", "review_served")
_IN_REVIEW = {
    "reviewing": "review", "review_decided": "review",
    "re_reviewing": "re_review", "re_review_decided": "re_review",
}  # fmt: skip


def guide(
    session: Session, *, case_id: str, by: Principal, now: dt.datetime, resources: Resources
) -> dict[str, Any]:
    """Everything one needs in order to take the next step on a case; NotFound if not theirs.

    Each action says whether it is its reader's, whether it may be taken now, and if not, why.
    `next_action` is the usual next step that the reader may take; a case is not to be ended while
    the petitioner may still ask for review.
    """
    row = case_row(session, case_id=case_id, by=by)
    procedure = resources.procedure
    state = procedure.states[row["state"]]
    scenes_ = possible(session, row, by=scenes.actor(by), at=now, resources=resources)
    catalogue = resources.papers.catalogue
    actions = [_described(scene, catalogue) for scene in scenes_]
    return {
        "case_id": case_id,
        "version": row["version"],
        "state": state.code,
        "state_name": state.name,
        "stage": state.stage,
        "waits_for": _waits_for(session, row, procedure),
        "clocks": [
            clock
            for clock in clocks.expire(row["clocks"], at=now)
            if clock["state"] in (clocks.RUNNING, clocks.PAUSED)
        ],
        "next_action": _next(row, actions, procedure),
        "actions": actions,
        "papers": _papers(session, row, by=by, resources=resources),
        "draw_up": f"/v1/cases/{case_id}/documents/owed",
        "handbook": f"/v1/handbook#state-{state.code}",
    }


def _papers(
    session: Session, row: Mapping[str, Any], *, by: Principal, resources: Resources
) -> list[dict[str, Any]]:
    documents = resources.papers.catalogue.documents
    return [
        one
        | {
            "yours": draws(
                session, document=documents[one["kind"]], case_row=row, by=by, resources=resources
            )
        }
        for one in owed(session, case_row=row, resources=resources)
    ]


def _described(scene: Scene, catalogue: Catalogue) -> dict[str, Any]:
    action, case = scene.action, scene.case
    refusal = policy.refusal(scene, standing_only=True)
    settled = [c for c in case["clocks"] if c["state"] == "running" and _settles(scene, c)]
    due = min(settled, key=lambda clock: str(clock["due_at"]), default=None)
    return {
        "action": action.name,
        "title": action.title,
        "basis": action.basis,
        "yours": policy.seated(scene),
        "may": refusal is None,
        "why_not": in_language(refusal.message, "zh") if refusal else None,
        "why_not_basis": refusal.basis if refusal else None,
        "to_state": _target(scene),
        "asks": _asks(scene),
        "documents": [catalogue.fitting(kind, case) for kind in action.documents],
        "notices": [catalogue.fitting(kind, case) for kind in action.notices],
        "settles": [clock["id"] for clock in settled],
        "due_at": due["due_at"] if due else None,
        "due_day": due["due_day"] if due else None,
        "method": "POST",
        "href": f"/v1/cases/{case['case_id']}/{action.name}",
        "if_match": f'"{case["version"]}"',
        "handbook": f"/v1/handbook#action-{action.name}",
    }


def _asks(scene: Scene) -> list[dict[str, Any]]:
    """What to send; an opinion's words only of whom they may be, and always without one."""
    asks = list(scene.action.asks.values())
    words = {word for guard in scene.action.guards for word in WORDS.get(guard, ())}
    if words and not own_words(scene):
        asks = [ask for ask in asks if ask.name not in words]
    needed = set() if words and opinion_goes_out(scene) else words
    found = [asked(ask, scene) for ask in asks]
    return [ask | {"required": ask["required"] or ask["name"] in needed} for ask in found]


def _settles(scene: Scene, clock: Mapping[str, Any]) -> bool:
    rule = scene.procedure.clocks.get(clock["id"])
    doings = {scene.action.name}
    if scene.value("answer_met_by") == scene.action.name:
        doings.add(ANSWER)
    return rule is not None and rule.kind == DUTY and bool(doings & set(rule.settled_by))


def _target(scene: Scene) -> str:
    to, case = scene.action.to, scene.case
    if to == SAME:
        return str(case["state"])
    if scene.action.name == "settle" and owes_report(case):
        return SETTLED_UNREPORTED
    was = case["resume_state"] or case["state"]
    if was == "assigned" and scene.action.name in STAYS_ASSIGNED:
        return "assigned"
    return str(scene.case["resume_state"]) if to == BACK else to


def _next(
    row: Mapping[str, Any], actions: list[dict[str, Any]], procedure: Procedure
) -> str | None:
    may = {action["action"] for action in actions if action["may"]}
    window = any(clocks.live(row["clocks"], name) for name in WINDOWS)
    waits = window and row["state"] in _WAITS_FOR_PETITIONER
    for name in procedure.states[row["state"]].next:
        if name in may and not (waits and _ends(procedure, name)):
            return name
    return None


def _ends(procedure: Procedure, action: str) -> bool:
    to = procedure.actions[action].to
    return to not in (SAME, BACK) and procedure.ended(to)


def _waits_for(session: Session, row: Mapping[str, Any], procedure: Procedure) -> str | None:
    """Whose move it is: the office, the unit that leads, or who reviews; nobody's once ended."""
    state = row["state"]
    if procedure.ended(state):
        return None
    if clocks.next_due(row["clocks"]) is None and state in _WAITS_FOR_PETITIONER:
        return "信访人"
    level = _IN_REVIEW.get(row["resume_state"] if state == "hearing" else state)
    usual = procedure.actions[procedure.states[state].next[0]]
    unit = row["lead_unit"]
    if level is not None:
        unit = row["facts"][level]["body"]
    elif state != START and all(seat.seat == "office" for seat in usual.who):
        unit = None
    return unit_names(session).get(unit, unit) if unit else _OFFICE
