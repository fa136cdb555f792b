"""Dispatch and acceptance: category, unit, dates of letters, objections, parts (Arts.22-24)."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.use_cases import classification
from routing.use_cases.change import Change
from routing.use_cases.effects.parts import keep_part
from routing.use_cases.effects.protecting import keep_secret
from shared.errors import Invalid, both

CLASSIFIED, NOTED = "case.classified.v1", "case.noted.v1"
ACCUSATION, SUGGESTION = "accusation", "suggestion"
STAYS_ASSIGNED = ("designate", "redirect", "pass_down")
"""Actions that send a case to another unit without taking from it that it was assigned."""
_OF_ONE_UNIT = ("signed", "objection", "designated", "passed_down_by")


def classify(change: Change) -> None:
    """Fix the category, and the class where it is given; an accusation becomes secret (Art.30).

    What was handed in at a unit that may not have accusations is the office's from now on. What
    was accepted as another class, and is a claim, has its 60 days from acceptance (Art.34).
    """
    purpose, was = change.body.get("purpose"), change.row["purpose"]
    if purpose is not None:
        change.row["purpose"] = purpose
        if purpose == ACCUSATION and not change.row["secret"]:
            keep_secret(change)
        lead = change.scene.lead
        if purpose == ACCUSATION and lead is not None and not lead.secret_lane:
            change.row |= {"lead_unit": None, "handler": None}
            change.doings.add("taken_over")
        if was == SUGGESTION and purpose != was and change.row["accepted_at"] is not None:
            change.doings.add("claimed")
    _categorise(change)
    change.told.append((CLASSIFIED, words(change)))


def forward(change: Change) -> None:
    """Send the case to a unit (T22 Art.22(一)(二))."""
    _send(change)


def assign(change: Change) -> None:
    """Send it with a date to report back by (T22 Art.22(三))."""
    _send(change)
    _report_by(change)


def designate(change: Change) -> None:
    """Send it to a unit that may not object again (T22 Art.24)."""
    was = change.row["resume_state"] or change.row["state"]
    _send(change)
    change.row["resume_state"] = None
    change.facts["designated"] = True
    _stay_assigned(change, was)


def redirect(change: Change) -> None:
    """Send it to another unit before it was accepted (T22 Arts.22, 24)."""
    _send(change)
    _stay_assigned(change, change.scene.case["state"])


def succeed(change: Change) -> None:
    """Who took over an abolished unit's work goes on with the case as it is (Art.24(2))."""
    change.row |= {"lead_unit": change.body["unit"], "handler": None}


def pass_down(change: Change) -> None:
    """A unit passes it to a body below its own, and sees what becomes of it (T22 Art.23(1)(2))."""
    passer = change.scene.case["lead_unit"]
    _send(change)
    change.facts["passed_down_by"] = passer
    reason = change.body["reason"]
    keep_part(change, passer, kind=models.PASSED, state=models.PASSED, asked=reason)
    _stay_assigned(change, change.scene.case["state"])


def decline(change: Change) -> None:
    """Not accepted; where a visit skipped a level the lower body is told (Art.20(1))."""
    change.row["close_reason"] = "declined"
    lower = change.body.get("lower_body")
    if change.body["ground"] == "N4" and not change.row["secret"]:
        told = {"kind": "lower_body", "kind_name": "告知应当接待的下级单位", "unit": lower}
        change.told.append((NOTED, told | {"due": None}))


def self_handle(change: Change) -> None:
    """The office handles the case itself; its own unit leads."""
    change.row["lead_unit"] = change.scene.by.unit or "bureau"
    _categorise(change, tell=True)


def file(change: Change) -> None:
    """Nothing to be handled: kept (存)."""
    change.row["close_reason"] = "filed"
    if change.body.get("category"):
        _categorise(change, tell=True)


def transfer_law(change: Change) -> None:
    """Pass it to a political-legal body (T22 Art.22(2))."""
    _send(change)
    change.row["close_reason"] = "transferred"


def end_with(reason: str) -> Callable[[Change], None]:
    """An effect that keeps why the case ended."""

    def effect(change: Change) -> None:
        change.row["close_reason"] = reason

    return effect


def accept(change: Change) -> None:
    """The unit accepts; another category may be fixed with it (T22 Art.23)."""
    if change.body.get("category"):
        _categorise(change, tell=True)


def sign_receipt(change: Change) -> None:
    """Written down; no clock moves."""
    change.facts["signed"] = {
        "unit": change.row["lead_unit"],
        "by": change.scene.by.account,
        "on": change.day.isoformat(),
    }


def give(change: Change) -> None:
    """The case is a person's from now on."""
    change.row["handler"] = change.body["handler"]


def object_(change: Change) -> None:
    """The unit says the case is not its own (T22 Art.23(3))."""
    change.facts["objection"] = {
        "unit": change.row["lead_unit"],
        "suggested_unit": change.body.get("suggested_unit"),
        "on": change.day.isoformat(),
    }


def uphold_objection(change: Change) -> None:
    """The material goes back; D1 is restarted where the parameter says so (Art.23(3))."""
    change.row |= {"lead_unit": None, "report_due": None, "handler": None, "resume_state": None}
    for name in _OF_ONE_UNIT:
        change.facts.pop(name, None)
    change.facts["returned"] = change.facts.get("returned", 0) + 1
    if change.scene.value("d1_restarts_after_return"):
        change.doings.add("reopen")


def set_report_due(change: Change) -> None:
    """The assigner moves the date (T22 Art.22(三))."""
    _report_by(change)


def invite(change: Change) -> None:
    """Ask another unit for its part (T22 Art.24)."""
    unit = change.body["unit"]
    text, due = change.body["text"], change.body["due"]
    keep_part(change, unit, kind=models.CO, state="asked", asked=text, due=due)
    change.row["co_units"] = sorted({*change.row["co_units"], unit})


def part_accept(change: Change) -> None:
    """A co-handling unit takes its part."""
    _part(change, state="accepted", accepted_at=change.scene.at)


def part_answer(change: Change) -> None:
    """A co-handling unit gives its answer to the lead."""
    _part(change, state="answered", answer=change.body["text"], answered_at=change.scene.at)


def words(change: Change) -> dict[str, Any]:
    """Title and masked text as events tell them: nothing in the secret lane (T22 Art.30)."""
    secret = change.row["secret"]
    return {
        "title": None if secret else change.row["title"],
        "text": None if secret else change.row["content"],
    }


def _part(change: Change, **values: Any) -> None:
    table = models.case_parts
    open_states = ("asked", "accepted") if values["state"] == "answered" else ("asked",)
    waiting = [
        unit
        for unit, part in change.scene.parts.items()
        if part["state"] in open_states
        and (unit in change.scene.by.scope or "importer" in change.scene.by.roles)
    ]
    change.session.execute(
        sa.update(table)
        .where(table.c.case_id == change.row["case_id"], table.c.unit == waiting[0])
        .values(**values)
    )


def _send(change: Change) -> None:
    if change.row["category"] is None or change.body.get("category"):
        _categorise(change, tell=True)
    change.row |= {"lead_unit": change.body["unit"], "handler": None}
    for name in _OF_ONE_UNIT:
        change.facts.pop(name, None)


def _stay_assigned(change: Change, was: str) -> None:
    """What was assigned stays so with another unit, and its date stands (T22 Art.22(三))."""
    if was == "assigned" and change.row["report_due"] is not None:
        change.state = "assigned"
        change.letter_dates["report_due"] = change.row["report_due"]
        change.doings.add("set_report_due")


def _report_by(change: Change) -> None:
    change.row["report_due"] = change.body["report_due"]
    change.letter_dates["report_due"] = change.body["report_due"]


def _categorise(change: Change, *, tell: bool = False) -> None:
    category = (
        change.body.get("category")
        or change.row["category"]
        or (change.row["suggestion"] or {}).get("category")
    )
    if category is None:
        raise Invalid(
            {"category": both("没有建议类别，必须指定。", "Required: none is suggested.")}
        )
    classification.chosen_category(category, resources=change.resources)
    new = category != change.row["category"] or change.row["classified_at"] is None
    change.row |= {"category": category, "classified_at": change.scene.at}
    classification.keep_choice(
        change.session,
        case_row=change.row,
        category=category,
        by=change.scene.by.account,
        at=change.scene.at,
    )
    if tell and new:
        change.told.append((CLASSIFIED, words(change)))


EFFECTS: dict[str, Callable[[Change], None]] = {
    "classify": classify,
    "forward": forward,
    "assign": assign,
    "designate": designate,
    "redirect": redirect,
    "succeed": succeed,
    "pass_down": pass_down,
    "self_handle": self_handle,
    "file": file,
    "transfer_law": transfer_law,
    "guide_law": end_with("guided"),
    "guide": end_with("guided"),
    "decline": decline,
    "no_longer": end_with("no_longer_accepted"),
    "accept": accept,
    "sign_receipt": sign_receipt,
    "give": give,
    "hand_over": give,
    "object": object_,
    "uphold_objection": uphold_objection,
    "set_report_due": set_report_due,
    "invite": invite,
    "part_accept": part_accept,
    "part_answer": part_answer,
}
