"""Guards of not accepting: each ground holds only where its own conditions do (T22 Arts.19, 20)."""

from routing.domain import clocks
from routing.domain.guards.dispatching import VISIT
from routing.domain.scene import Refusal, Scene
from shared.clock import from_wire
from shared.errors import both

MIDST = ("accepted", "handling", "simple", "extended", "studying", "performing", "hearing",
         "mediating", "forwarded", "assigned", "objected", "replied")  # fmt: skip
IN_REVIEW = ("reviewing", "review_decided", "re_reviewing", "re_review_decided")
RE_REVIEWED = ("terminated", "termination_filed")
OFFICE = "bureau"
NEEDED_FOR = {"previous_case": ("N1", "N2", "N7"), "lower_body": ("N4",)}
"""What each ground must name, by field."""


def ground_holds(scene: Scene) -> Refusal | None:
    """Each ground for not accepting holds only where its own conditions do (T22 Arts.19, 20)."""
    return _GROUNDS[scene.body["ground"]](scene)


def re_review_stands(scene: Scene) -> Refusal | None:
    """No longer accepted only where a re-review opinion exists (T22 Art.36(3))."""
    if scene.body.get("previous_case") is None:
        return None
    other = scene.other
    if other is not None and (other["state"] in RE_REVIEWED or other["facts"].get("terminated")):
        return None
    return Refusal(
        "no_re_review",
        both(
            "原事项没有复核意见，不能不再受理。",
            "No re-review opinion stands in that case.",
        ),
        "T22 Art.36(3)；N3",
        errors={"previous_case": both("没有复核意见。", "It has no re-review opinion.")},
    )


def _already_handled(scene: Scene) -> Refusal | None:
    """N1: raised with the superior while the first unit is within its time (Art.19(3)).

    Raised again with the body that handles it, it joins the open case.
    """
    other = scene.other
    if other is None or other["state"] not in MIDST:
        return _no_ground("N1", "没有正在办理的同一事项。", "No such case is being handled.")
    here = scene.case["lead_unit"] or scene.by.unit or OFFICE
    if other["lead_unit"] == here:
        return _no_ground(
            "N1",
            "该事项正由本单位办理，重复提出的应当并入在办事项。",
            "This body handles it already: the repeat joins the open case.",
        )
    above = scene.other_lead.line[1:] if scene.other_lead else ()
    if scene.case["lead_unit"] is not None and here not in above:
        return _no_ground("N1", "本单位不是其上级。", "This body is not the one above it.")
    answer = clocks.live(other["clocks"], "D6") or clocks.live(other["clocks"], "D5")
    late = answer is not None and from_wire(answer["due_at"]) <= scene.at
    if late:
        assert answer is not None
        return _no_ground(
            "N1",
            f"原承办单位已逾期（{answer['due_day']}届满），应当受理并督办。",
            f"The unit is late since {answer['due_day']}: accept the petition and press.",
        )
    return None


def _within_review(scene: Scene) -> Refusal | None:
    """N2: an opinion was served and the review period runs (Arts.35, 36)."""
    other = scene.other
    open_window = other is not None and any(
        (clock := clocks.live(other["clocks"], name)) is not None
        and from_wire(clock["due_at"]) > scene.at
        for name in ("D8", "D10")
    )
    if other is not None and (open_window or other["state"] in IN_REVIEW):
        return None
    return _no_ground("N2", "原事项不在复查复核期内。", "No period for review runs there.")


def _level_skipped(scene: Scene) -> Refusal | None:
    """N4: a visit past the competent level; the lower body is told (Art.20(1))."""
    if scene.case["channel"] != VISIT:
        return _no_ground("N4", "越级只适用于走访。", "Only a visit can skip a level.")
    if scene.body.get("lower_body") in scene.named:
        return None
    return Refusal(
        "lower_body_missing",
        both("越级走访应当引导并告知应当接待的下级单位。", "Name the lower body; it is told."),
        "T22 Art.20(1)；P-ZJ14 Art.4",
        errors={"lower_body": both("必填。", "Required.")},
    )


def _review_missed(scene: Scene) -> Refusal | None:
    """N7: the period for review has passed; a parameter, the law is silent."""
    if not scene.value("lapsed_review_ends"):
        return _no_ground("N7", "本单位未启用此情形。", "This office does not use it.")
    other = scene.other
    if other is not None and other["state"] in ("closed", "archived", "served", "review_served"):
        windows = [
            c for name in ("D8", "D10") if (c := clocks.latest(other["clocks"], name)) is not None
        ]
        if windows and all(from_wire(c["due_at"]) <= scene.at for c in windows):
            return None
    return _no_ground("N7", "原事项的复查复核期限未满。", "The period for review is not over.")


_GROUNDS = {
    "N1": _already_handled,
    "N2": _within_review,
    "N4": _level_skipped,
    "N7": _review_missed,
}
_GROUND_BASIS = {
    "N1": "T22 Art.19(3)",
    "N2": "T22 Arts.35, 36；P-GZ(二)、P-ZJ14",
    "N4": "T22 Art.20(1)；P-ZJ14 Art.4",
    "N7": "P-ZJ14(5)；参数（T22未规定）",
}


def _no_ground(ground: str, zh: str, en: str) -> Refusal:
    return Refusal(
        "ground_does_not_hold",
        both(f"不能以此不予受理：{zh}", f"That is no ground here: {en}"),
        _GROUND_BASIS[ground],
        errors={"ground": both(zh, en)},
    )
