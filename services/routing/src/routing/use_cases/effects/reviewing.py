"""Hearing, review, re-review, redo, and opening a case again (T22 Arts.31(六), 35, 36)."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import sqlalchemy as sa

from routing import models
from routing.domain import clocks
from routing.domain.guards.reviewing import REDO as ORDERS
from routing.domain.review_window import window_of
from routing.use_cases import opinions
from routing.use_cases.change import REDO, Change
from routing.use_cases.effects.answering import served_on
from routing.use_cases.effects.parts import keep_part

REVIEW, RE_REVIEW = "review", "re_review"
MOVED = "case.moved.v1"
_OF_ONE_ROUND = (
    "signed", "objection", "designated", "issued_on", "service", "outcome", "redo", "review",
    "re_review", "late_application", "answered_anew", "report_accepted", "hearing",
)  # fmt: skip


def hold_hearing(change: Change) -> None:
    """A hearing is called; in re-review its time is left out (T22 Art.36(2))."""
    day = change.body.get("notice_on") or change.day
    pauses = change.body.get("pause")
    if pauses is None:
        pauses = change.scene.value("hearing_pauses")
    change.facts["hearing"] = {"notice_on": day.isoformat()}
    if pauses and change.scene.case["state"] == "re_reviewing":
        procedure = change.scene.procedure
        change.row["clocks"] = clocks.pause(change.row["clocks"], procedure, day=day)


def conclude_hearing(change: Change) -> None:
    """The hearing is over; paused clocks run on."""
    day = change.body.get("concluded_on") or change.day
    change.facts["hearing"] = change.facts["hearing"] | {"concluded_on": day.isoformat()}
    change.row["clocks"] = clocks.resume(
        change.row["clocks"], day=day, calendar=change.scene.calendar
    )


def ask_review(change: Change) -> None:
    """An application in time opens the review (T22 Art.35)."""
    _open(change, REVIEW, change.body.get("applied_on") or change.day)


def ask_re_review(change: Change) -> None:
    """An application in time opens the re-review (T22 Art.36)."""
    _open(change, RE_REVIEW, change.body.get("applied_on") or change.day)


def late_review(change: Change) -> None:
    """A late application is registered and answered; nothing is opened by it (N7)."""
    window = window_of(change.row["clocks"])
    assert window is not None, "a guard before this has seen the period"
    level = RE_REVIEW if window["id"] == "D10" else REVIEW
    day = change.body.get("applied_on") or change.day
    change.facts["late_application"] = {"level": level, "applied_on": day.isoformat()}


def accept_late_review(change: Change) -> None:
    """A late application is accepted for good reason (P-ZJ14(5))."""
    _open(change, REVIEW, _late(change))


def accept_late_re_review(change: Change) -> None:
    """A late application for re-review is accepted for good reason (P-ZJ14(5))."""
    _open(change, RE_REVIEW, _late(change))


def call_file(change: Change) -> None:
    """The reviewing body wants the file by a date."""
    change.letter_dates["due"] = change.body["due"]


def decide_review(change: Change) -> None:
    """The review opinion is issued (T22 Art.35)."""
    _decide(change, REVIEW)


def decide_re_review(change: Change) -> None:
    """The re-review opinion is issued (T22 Art.36)."""
    _decide(change, RE_REVIEW)


def serve_review(change: Change) -> None:
    """The review opinion was received: the period for re-review runs, or the redo (Art.36)."""
    if not _anew(change, REVIEW):
        change.service_day = served_on(change)
        served = {"served_on": change.service_day.isoformat()}
        change.facts[REVIEW] = change.facts[REVIEW] | served


def serve_re_review(change: Change) -> None:
    """The re-review opinion was received: the matter is ended, or done anew (Art.36(3))."""
    if _anew(change, RE_REVIEW):
        change.row["closed_at"] = None
        change.told.append(
            (MOVED, {"action": "redo", "action_name": "责令重新办理"}),
        )
        return
    served = {"served_on": served_on(change).isoformat()}
    change.facts[RE_REVIEW] = change.facts[RE_REVIEW] | served
    change.facts["terminated"] = True
    change.row["close_reason"] = "terminated"


def reopen(change: Change) -> None:
    """New facts: the case is dispatched anew (T22 Art.36(3), the other way round)."""
    change.row |= {
        "lead_unit": None, "handler": None, "route": None, "handling": None, "report_due": None,
        "close_reason": None, "closed_at": None, "resume_state": None,
    }  # fmt: skip
    for name in _OF_ONE_ROUND:
        change.facts.pop(name, None)
    if change.scene.case["state"] == "withdrawn":
        change.facts.pop("withdrawn", None)
    change.facts["reopened"] = change.facts.get("reopened", 0) + 1


def _open(change: Change, level: str, applied_on: dt.date) -> None:
    body = change.body.get("body_unit")
    change.application_day = applied_on
    if change.scene.value("postmark_counts"):
        change.mailed_day = change.body.get("mailed_on")
    change.facts[level] = {"applied_on": applied_on.isoformat(), "body": body}
    change.facts.pop("late_application", None)
    change.facts.pop("answered_anew", None)
    change.row |= {"closed_at": None, "close_reason": None}
    if body is not None and body in change.scene.named and not change.scene.named[body].external:
        keep_part(change, body, kind=level, state="asked", asked=change.body["reason"])
    _accepted(change)
    change.told.append(("case.review_opened.v1", {"level": level}))


def _accepted(change: Change) -> None:
    """The application came on its day and is accepted with this: in time or not (TSD 43-44)."""
    scene = change.scene
    came = change.happening()
    for name, day in (("review_asked", change.application_day), ("review_accepted", None)):
        happened = replace(came, doings=frozenset({name}), application_day=day, mailed_day=None)
        change.row["clocks"] = clocks.apply(
            change.row["clocks"], happened, procedure=scene.procedure, calendar=scene.calendar
        )


def extend_review(change: Change) -> None:
    """Up to 30 days more, where the committee for reviews approves it (TBJ 50)."""
    change.extension_days = change.body["days"]


def _decide(change: Change, level: str) -> None:
    due = change.body.get("redo_due")
    decision = _decision(change, level)
    change.facts[level] = change.facts[level] | {
        "decision": decision,
        "opinion_no": change.body["opinion_no"],
        "redo_due": due.isoformat() if due else None,
        "issued_on": change.day.isoformat(),
    }
    change.facts["issued_on"] = change.day.isoformat()
    _answer_part(change, level)
    decided = {"level": level, "decision": decision}
    change.told.append(("case.review_decided.v1", decided))


def _decision(change: Change, level: str) -> str:
    """What was decided: as recorded, else by the approved opinion, which is issued by this."""
    if said := change.body.get("decision"):
        return str(said)
    issued = opinions.for_issue(
        change.session,
        case_row=change.row,
        by=change.scene.by.account,
        resources=change.resources,
        level=level,
        at=change.scene.at,
    )
    change.said = {**change.body, "decision": issued.decision, "text": issued.text}
    return str(issued.decision)


def _answer_part(change: Change, level: str) -> None:
    table = models.case_parts
    change.session.execute(
        sa.update(table)
        .where(table.c.case_id == change.row["case_id"], table.c.kind == level)
        .values(state="answered", answered_at=change.scene.at)
    )


def _anew(change: Change, level: str) -> bool:
    """Whether the opinion orders the unit to do it anew, which then begins (TBJ 50, TSD 45)."""
    decided = change.facts[level]
    if decided["decision"] not in ORDERS:
        return False
    change.state = "handling"
    change.row["handling"] = "ordinary"
    change.doings.add(REDO)
    change.letter_dates["redo_due"] = dt.date.fromisoformat(decided["redo_due"])
    change.facts[level] = decided | {"served_on": served_on(change).isoformat()}
    change.facts["redo"] = {"level": level, "opinion": change.row["reply"]}
    return True


def _late(change: Change) -> dt.date:
    return dt.date.fromisoformat(change.facts["late_application"]["applied_on"])


EFFECTS: dict[str, Callable[[Change], None]] = {
    "hold_hearing": hold_hearing,
    "conclude_hearing": conclude_hearing,
    "ask_review": ask_review,
    "ask_re_review": ask_re_review,
    "late_review": late_review,
    "accept_late_review": accept_late_review,
    "accept_late_re_review": accept_late_re_review,
    "call_file": call_file,
    "extend_review": extend_review,
    "decide_review": decide_review,
    "decide_re_review": decide_re_review,
    "serve_review": serve_review,
    "serve_re_review": serve_re_review,
    "reopen": reopen,
}
