"""Requests of petitioners: by which action each is done, and why one is not (T22 Arts.35, 36)."""

from collections.abc import Mapping
from dataclasses import dataclass

from routing.domain import clocks
from routing.domain.scene import REVIEWED_IN, Actor, Refusal, Scene

PETITIONER = Actor("petitioner", frozenset({"registrar"}), None, frozenset(), True)
"""Who asked, in a case's journal: intake has proved it, and the action is taken as registered."""
DONE, WAITING, REFUSED = "done", "waiting", "refused"
STATES = {DONE: "已办理", WAITING: "待审核", REFUSED: "未予办理"}
LATE = "late_review"


@dataclass(frozen=True)
class Kind:
    """A kind of request: its action, what settles it too, and what becomes of it otherwise."""

    name: str
    action: str
    also_settled_by: tuple[str, ...] = ()
    window: str | None = None
    not_done: str = WAITING


KINDS: Mapping[str, Kind] = {
    "withdraw": Kind("撤回", "withdraw", not_done=REFUSED),
    "supplement": Kind("补充材料", "supplement"),
    "review": Kind("申请复查", "ask_review", ("accept_late_review",), "D8"),
    "re_review": Kind("申请复核", "ask_re_review", ("accept_late_re_review",), "D10"),
}
SETTLED_BY: Mapping[str, str] = {
    action: code for code, kind in KINDS.items() for action in (kind.action, *kind.also_settled_by)
}
"""Actions that settle requests which wait -> the kind of these."""

REASONS = {
    "late": "逾期申请",
    "not_served": "意见尚未送达",
    "under_review": "已在复查（复核）中",
    "reviewed": "已经复查",
    "final": "复核意见已送达，事项已终结",
    "other_remedy": "不适用复查、复核",
    "ended": "事项已结束",
    "decided": "复查（复核）意见已作出",
    "not_now": "当前阶段不能办理",
    "declined": "审核未予受理",
}
"""Why a request was not done: what its petitioner is told of it, by code."""
_FINAL = ("terminated", "termination_filed", "no_longer_accepted")
_DECIDED = ("review_decided", "review_served", "re_review_decided", "report_review")


def why_not(scene: Scene, refusal: Refusal, *, kind: str) -> str:
    """The reason of `REASONS` for a refusal; the rule itself stands in the refusal."""
    state = scene.case["state"]
    if refusal.code == "application_late":
        return "late"
    if refusal.code == "terminated" or state in _FINAL:
        return "final"
    ended = scene.procedure.ended(state)
    if kind == "withdraw" and state in _DECIDED:
        return "decided"
    if KINDS[kind].window is None:
        return "ended" if ended or refusal.invalid or refusal.code == "no_petition" else "not_now"
    return _why_no_review(scene, refusal, kind=kind, ended=ended)


def _why_no_review(scene: Scene, refusal: Refusal, *, kind: str, ended: bool) -> str:
    case, window = scene.case, KINDS[kind].window
    phase = case["resume_state"] if case["state"] == "hearing" else case["state"]
    if phase in REVIEWED_IN:
        return "under_review"
    if case["purpose"] in ("suggestion", "accusation") or case["route"] == "duty":
        return "other_remedy"
    if kind == "review" and scene.facts.get("review") and not scene.facts.get("answered_anew"):
        return "reviewed"
    clock = clocks.latest(case["clocks"], window) if window else None
    served = clock is not None and clock["state"] != clocks.CANCELLED and not refusal.invalid
    if served:
        return "not_now"
    return "ended" if ended and clock is None else "not_served"
