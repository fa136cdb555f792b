"""Guards of the answer: its words, its service, the report on it, the close (T22 Arts.32-34)."""

import datetime as dt
import difflib
from collections.abc import Mapping
from typing import Any

from routing.domain.scene import Refusal, Scene
from routing.domain.service import check_service
from shared.clock import office_day
from shared.errors import both

SUGGESTION, ACCUSATION = "suggestion", "accusation"
CLOSE_REASONS = {
    "served": ("served", "review_served"),
    "settled": (),
    "withdrawn": (),
    "no_contact": ("accepted", "handling", "simple", "extended", "studying", "performing",
                   "replied"),
    "deceased": ("accepted", "handling", "simple", "extended", "studying", "performing",
                 "replied", "served", "review_served"),
    "other": ("served", "review_served"),
}  # fmt: skip
"""Reason -> states in which it holds: without answer and proof of service nothing is closed.

Settling and withdrawing are actions of their own, with their own proof.
"""
_WITHOUT_ANSWER = ("no_contact", "deceased")


def parts_answered(scene: Scene) -> Refusal | None:
    """The lead answers once every co-handling unit has (TBJ 44), or let its own day pass.

    Who is late with a part does not keep the lead from its 60 days (T22 Art.34), unless the office
    chose so.
    """
    waiting = sorted(
        unit
        for unit, part in scene.parts.items()
        if part["state"] != "answered" and not _let_pass(scene, part)
    )
    if not waiting:
        return None
    return Refusal(
        "parts_open",
        both("会办单位尚未提交意见。", "Co-handling units have not answered yet."),
        "T22 Art.24；TBJ 44（地方规定）",
        facts={"waiting": waiting},
    )


def _let_pass(scene: Scene, part: Mapping[str, Any]) -> bool:
    late = part["due"] is not None and part["due"] < scene.day
    return late and not scene.value("late_part_waits")


def reply_route_fits(scene: Scene) -> Refusal | None:
    """An answer has its words; an outcome belongs to claims answered by opinion (T22 Art.32)."""
    if scene.body.get("outcome") and scene.case["purpose"] in (SUGGESTION, ACCUSATION):
        return Refusal(
            "invalid",
            both("请求内容有误，请按提示更正。", "The request is not valid; see errors."),
            "T22 Art.32",
            errors={"outcome": both("只用于申诉求决。", "It is for claims only.")},
            invalid=True,
        )
    if scene.case["state"] == "simple" and scene.body.get("outcome") == "not_supported":
        return Refusal(
            "not_simple",
            both(
                "不予支持的事项不适用简易办理，请先转普通程序。",
                "What is not supported is not handled simply: switch first.",
            ),
            "P-JY22 Art.5",
            errors={"outcome": both("请先转普通程序。", "Switch to the ordinary procedure.")},
        )
    return None


def not_same_opinion(scene: Scene) -> Refusal | None:
    """What was ordered anew is not answered with the same opinion (TBJ 50, TSD 45)."""
    redo = scene.facts.get("redo")
    text = scene.body.get("text")
    if redo is None or not text or not redo.get("opinion"):
        return None
    share = difflib.SequenceMatcher(None, redo["opinion"], text, autojunk=False).ratio()
    if share < scene.value("same_opinion_share"):
        return None
    return Refusal(
        "same_opinion",
        both(
            "重新办理不得作出与原意见相同或者基本相同的意见。",
            "A redo may not repeat the same opinion.",
        ),
        "TBJ 50、TSD 45（地方规定）",
        errors={"text": both("与原意见基本相同。", "It is the former opinion.")},
        facts={"alike": round(share, 3)},
    )


def service_proved(scene: Scene) -> Refusal | None:
    """Service needs its proof, and is not before the document was issued (T22 Arts.35, 36)."""
    issued = scene.facts.get("issued_on")
    issued_on = (
        office_day(scene.case["last_at"]) if issued is None else dt.date.fromisoformat(issued)
    )
    served_on, errors = check_service(
        scene.body,
        issued_on=issued_on,
        today=scene.day,
        notice_days=scene.value("notice_days"),
    )
    if not errors and served_on is not None:
        return None
    if not errors:
        errors = {"published_on": both("公告期未满，尚不能视为送达。", "The notice still runs.")}
    return Refusal(
        "invalid",
        both("请求内容有误，请按提示更正。", "The request is not valid; see errors."),
        "T22 Art.35；TCP 87-95（类推）",
        errors=errors,
        invalid=True,
    )


def close_reason_holds(scene: Scene) -> Refusal | None:
    """Each reason for closing holds in its states only (T22 Arts.23(2), 29-34)."""
    state, reason = scene.case["state"], scene.body["reason"]
    if state in CLOSE_REASONS[reason]:
        return None
    return Refusal(
        "reason_not_allowed_now",
        both("当前阶段不能以此理由结案。", "That reason does not hold in this state."),
        "T22 Arts.23(2), 32-34",
        errors={"reason": both("当前阶段不适用。", "Does not hold in this state.")},
        facts={"allowed": [r for r, states in CLOSE_REASONS.items() if state in states]},
    )


def owes_report(case: Mapping[str, Any]) -> bool:
    """Whether a case was assigned and no report on it was accepted yet (T22 Art.22(三))."""
    return case["report_due"] is not None and not case["facts"].get("report_accepted")


def report_accepted(scene: Scene) -> Refusal | None:
    """What was assigned ends once the report on it is accepted (T22 Art.22(三))."""
    if scene.body.get("reason") in _WITHOUT_ANSWER:
        return None
    if not owes_report(scene.case):
        return None
    return Refusal(
        "report_open",
        both("交办件须报送办结报告并经审核。", "An assigned case ends with its report."),
        "T22 Art.22(三)",
        errors={"reason": both("办结报告尚未审核通过。", "Its report is not accepted yet.")},
    )


def agreed_not_ahead(scene: Scene) -> Refusal | None:
    """An agreement was signed by now, on what had been petitioned for by then (T22 Art.33)."""
    return _since_receipt(scene, "agreed_on")


def received_not_ahead(scene: Scene) -> Refusal | None:
    """What supplements a petition came by now, and not before the petition."""
    return _since_receipt(scene, "received_on")


def _since_receipt(scene: Scene, name: str) -> Refusal | None:
    day = scene.body.get(name)
    received = office_day(scene.case["received_at"])
    if day is None or received <= day <= scene.day:
        return None
    wrong = (
        both("不能晚于当日。", "May not be after this day.")
        if day > scene.day
        else both(
            f"不能早于收到信访件的日期（{received}）。",
            f"May not be before the petition came ({received}).",
        )
    )
    return Refusal(
        "invalid",
        both("请求内容有误，请按提示更正。", "The request is not valid; see errors."),
        scene.action.basis,
        errors={name: wrong},
        invalid=True,
    )
