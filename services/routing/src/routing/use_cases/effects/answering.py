"""Routes, extension, settlement, answer, service and the report on it (T22 Arts.31-34)."""

import datetime as dt
from collections.abc import Callable

from routing.domain.guards.answering import owes_report
from routing.domain.guards.opinions import own_words
from routing.domain.service import check_service
from routing.use_cases import opinions
from routing.use_cases.change import ANSWER, Change

DIRECTLY = "answer_directly"
MOVED = "case.moved.v1"
SETTLED_UNREPORTED = "served"
"""Where a settled case waits for its report: who signed the agreement has it."""
_WITHIN_HANDLING = ("hearing", "mediating")


def channel(change: Change) -> None:
    """Lead the matter into the procedure that the law has for it; the petition clock ends."""
    change.row |= {"route": change.body["route"], "close_reason": "channelled"}


def extend(change: Change) -> None:
    """Up to 30 days more, from the unrolled day 60 (T22 Art.34).

    A hearing or mediation, which stops no clock, goes on; it leads back to what is extended.
    """
    change.extension_days = change.body["days"]
    was = change.scene.case["state"]
    if was in _WITHIN_HANDLING:
        change.state = was
        change.row["resume_state"] = change.scene.action.to


def settle(change: Change) -> None:
    """Mediated or settled: the agreement ends the matter, on the day of it (T22 Art.33).

    Of what was assigned the report is still owed, and the case ends with that (Art.22(三)).
    """
    change.agreement_day = change.body["agreed_on"]
    if owes_report(change.row):
        change.state = SETTLED_UNREPORTED
        change.row["closed_at"] = None
        change.told.append((MOVED, {"action": "settle", "action_name": change.scene.action.title}))
    else:
        change.row["close_reason"] = "settled"
    change.facts["agreement"] = {
        "kind": change.body["agreement"],
        "on": change.body["agreed_on"].isoformat(),
    }
    change.row["reply"] = change.row["reply"] or change.body["text"]


def reply(change: Change) -> None:
    """Issue the answer or opinion: as written, or the approved draft (T22 Arts.29, 32)."""
    text = _words(change)
    change.row["reply"] = text
    change.facts["issued_on"] = change.day.isoformat()
    change.facts.pop("service", None)
    if change.body.get("outcome"):
        change.facts["outcome"] = change.body["outcome"]
    if change.facts.pop("redo", None) is not None:
        change.facts["answered_anew"] = True
    if change.scene.value("answer_met_by") == "reply":
        change.doings.add(ANSWER)
    opinions.keep_answer(change.session, case_row=change.row)


def _words(change: Change) -> str:
    """The answer's words, which guards have checked: as written, else those of the opinion."""
    text: str | None = change.body.get("text")
    if text and (change.scene.action.name == DIRECTLY or own_words(change.scene)):
        return text
    issued = opinions.for_issue(
        change.session,
        case_row=change.row,
        by=change.scene.by.account,
        resources=change.resources,
        at=change.scene.at,
    )
    if issued.outcome:
        change.facts["outcome"] = issued.outcome
    return issued.text


def answer_directly(change: Change) -> None:
    """The office answers at once what needs no handling (T22 Art.23(2))."""
    change.row["lead_unit"] = change.scene.by.unit or "bureau"
    reply(change)


def serve(change: Change) -> None:
    """The answer was received: the period for review runs from that day (T22 Art.35)."""
    change.service_day = served_on(change)
    change.row["service_method"] = change.body["method"]
    change.facts["service"] = {
        "method": change.body["method"],
        "served_on": change.service_day.isoformat(),
    }
    if change.scene.value("answer_met_by") == "serve":
        change.doings.add(ANSWER)


def served_on(change: Change) -> dt.date:
    """The day of service that the proof shows; a guard has checked the proof."""
    day, errors = check_service(
        change.body,
        issued_on=dt.date.min,
        today=change.day,
        notice_days=change.scene.value("notice_days"),
    )
    assert day is not None and not errors, "a guard before this has checked the proof"
    return day


def close(change: Change) -> None:
    """End the case, with the reason."""
    change.row["close_reason"] = change.body["reason"]


def lapse(change: Change) -> None:
    """Nobody asked for review in time (N7: a parameter)."""
    change.row["close_reason"] = "review_lapsed"


def approve_report(change: Change) -> None:
    """The assigner accepts the report: the case ends (T22 Art.22(三))."""
    change.facts["report_accepted"] = True
    reason = "settled" if change.facts.get("agreement") else "reported"
    change.row |= {"close_reason": reason, "resume_state": None}


def return_report(change: Change) -> None:
    """The assigner sends it back to be done again, with a new date (T22 Art.22(三))."""
    change.facts.pop("agreement", None)
    change.row |= {"report_due": change.body["report_due"], "resume_state": None}
    change.letter_dates["report_due"] = change.body["report_due"]
    change.facts["report_returned"] = change.facts.get("report_returned", 0) + 1


def report_channelled(change: Change) -> None:
    """Whoever assigned the case is told where it went; nothing more is owed (T22 Art.22(三))."""
    change.row["report_due"] = None


EFFECTS: dict[str, Callable[[Change], None]] = {
    "channel": channel,
    "extend": extend,
    "settle": settle,
    "reply": reply,
    DIRECTLY: answer_directly,
    "serve": serve,
    "close": close,
    "lapse": lapse,
    "approve_report": approve_report,
    "return_report": return_report,
    "report_channelled": report_channelled,
}
