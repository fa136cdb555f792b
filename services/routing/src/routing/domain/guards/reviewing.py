"""Guards of hearing, review and re-review (T22 Arts.31(六), 35, 36)."""

import datetime as dt

from routing.domain import clocks
from routing.domain.review_window import window_of
from routing.domain.scene import Refusal, Scene
from shared.clock import from_wire
from shared.errors import both

REDO = ("annul", "redo")
_REVIEW_STATES = ("reviewing", "re_reviewing")


def hearing_seat(scene: Scene) -> Refusal | None:
    """The handling unit hears while it handles, the reviewing body while it reviews."""
    state = scene.case["state"]
    phase = scene.case["resume_state"] if state == "hearing" else state
    reviews = "reviewer" in scene.by.roles or scene.reviewing_body in scene.by.scope
    if "importer" in scene.by.roles or reviews == (phase in _REVIEW_STATES):
        return None
    return Refusal(
        "another_seat",
        both("听证由正在办理或者复查复核的机关举行。", "Who handles or reviews holds it."),
        "T22 Arts.31(六), 36(2)",
    )


def pause_only_in_re_review(scene: Scene) -> Refusal | None:
    """Only in re-review is a hearing's time left out (T22 Art.36(2))."""
    if not scene.body.get("pause") or scene.case["state"] == "re_reviewing":
        return None
    return Refusal(
        "no_pause",
        both(
            "听证所需时间只在复核中扣除，办理和复查不扣除。",
            "A hearing's time is left out in re-review only.",
        ),
        "T22 Art.36(2)",
        errors={"pause": both("此阶段不能扣除。", "Not in this stage.")},
    )


def notice_not_ahead(scene: Scene) -> Refusal | None:
    """A hearing's phase begins with its notice: by now, in what it belongs to (Art.36(2))."""
    day = scene.body.get("notice_on")
    begun = _began(scene)
    if day is not None and begun is not None and day < begun:
        return _wrong(
            scene, "notice_on", f"不能早于受理或者收到申请的日期（{begun}）。",
            f"Not before it was accepted or applied for ({begun}).",
        )  # fmt: skip
    return _by_now(scene, "notice_on")


def conclusion_after_notice(scene: Scene) -> Refusal | None:
    """A hearing is concluded after its notice, and by now."""
    day = scene.body.get("concluded_on")
    began = scene.facts.get("hearing", {}).get("notice_on")
    if day is not None and began is not None and day < dt.date.fromisoformat(began):
        return _wrong(scene, "concluded_on", "不能早于听证通知。", "Not before the notice.")
    return _by_now(scene, "concluded_on")


def review_open(scene: Scene) -> Refusal | None:
    """Review is for opinions in the petition procedure (T22 Arts.31, 35)."""
    case = scene.case
    if case["purpose"] in ("suggestion", "accusation") or case["route"] == "duty":
        return _no_review("此类答复的救济途径不是复查。", "Its remedy is not review.")
    if scene.facts.get("review") is not None and not scene.facts.get("answered_anew"):
        return _no_review("本件已经复查。", "It was reviewed already.")
    if not _was_served(scene, "D8"):
        return _no_review("尚无送达的处理意见。", "No opinion was served.")
    return _last_opinion(scene, "D8")


def review_in_time(scene: Scene) -> Refusal | None:
    """An application for review comes within 30 days of receipt of the answer (T22 Art.35)."""
    return _in_time(scene, "D8", "复查", "T22 Art.35")


def re_review_open(scene: Scene) -> Refusal | None:
    """Re-review follows a review opinion that was served (T22 Art.36)."""
    if not _was_served(scene, "D10"):
        return _no_review("尚无送达的复查意见。", "No review opinion was served.")
    return _last_opinion(scene, "D10")


def re_review_in_time(scene: Scene) -> Refusal | None:
    """An application for re-review comes within 30 days of the review opinion (T22 Art.36)."""
    return _in_time(scene, "D10", "复核", "T22 Art.36")


def review_late(scene: Scene) -> Refusal | None:
    """A late application is one that comes after the period (T22 Arts.35, 36)."""
    window = window_of(scene.case["clocks"])
    if window is None:
        return _no_review("没有复查复核期限。", "No period for review has begun.")
    if _applied(scene) > dt.date.fromisoformat(window["due_day"]):
        return _days_wrong(scene)
    return Refusal(
        "in_time",
        both("申请在期限内，应当直接受理。", "The application is in time: open the review."),
        "T22 Arts.35, 36",
        errors={"applied_on": both("在期限内。", "It is in time.")},
        facts={"due_day": window["due_day"]},
    )


def late_application_waits(scene: Scene) -> Refusal | None:
    """A late application for review was registered and waits (P-ZJ14(5))."""
    return _waits(scene, "review")


def late_re_application_waits(scene: Scene) -> Refusal | None:
    """A late application for re-review was registered and waits (P-ZJ14(5))."""
    return _waits(scene, "re_review")


def review_may_be_extended(scene: Scene) -> Refusal | None:
    """Where local rules let the committee extend a review: once, and before it is due (TBJ 50)."""
    if not scene.value("review_days_local"):
        return _no_extension("本地没有复查复核延期的规定。", "There is no local rule for it.")
    clock_id = "D9" if scene.case["state"] == "reviewing" else "D11"
    clock = clocks.live(scene.case["clocks"], clock_id)
    if clock is None:
        return _no_extension("只能延期一次。", "It was extended already.")
    if from_wire(clock["due_at"]) <= scene.at:
        return _no_extension("期限已届满，不能延期。", "The period is over.")
    return None


def redo_has_date(scene: Scene) -> Refusal | None:
    """An order to do it anew sets its date; no other decision does (TBJ 50, TSD 45)."""
    said = scene.body.get("decision")
    decision = said or (scene.approved.decision if scene.approved else None)
    orders = decision in REDO
    if orders == (scene.body.get("redo_due") is not None):
        return None
    if orders:
        return _wrong(scene, "redo_due", "责令重新办理的应当定期限。", "A redo needs its date.")
    return _wrong(scene, "redo_due", "只用于撤销或者责令重新办理。", "Only with a redo.")


def redo_date_ahead(scene: Scene) -> Refusal | None:
    """The date for doing it anew lies ahead."""
    day = scene.body.get("redo_due")
    if day is None or day > scene.day:
        return None
    return _wrong(scene, "redo_due", "应当晚于当日。", "Must be after this day.")


def file_called(scene: Scene) -> Refusal | None:
    """A file is delivered that was called for."""
    if clocks.live(scene.case["clocks"], "DC") is not None:
        return None
    return Refusal(
        "not_called", both("没有待报送的调卷。", "No file was called for."), "T22 Arts.35, 36；参数"
    )


def window_over(scene: Scene) -> Refusal | None:
    """A case ends by itself on the day after its period for review (N7: a parameter)."""
    window = window_of(scene.case["clocks"])
    over = window is not None and from_wire(window["due_at"]) <= scene.at
    if over and scene.value("lapsed_review_ends"):
        return None
    return Refusal(
        "window_open",
        both("复查复核期限未满。", "The period for review runs."),
        "T22 Arts.35, 36；N7",
    )


def _began(scene: Scene) -> dt.date | None:
    """When the stage that a hearing belongs to began, by its running clock."""
    running = (clocks.live(scene.case["clocks"], name) for name in ("D11", "D9", "D6", "D5", "DR"))
    clock = next((clock for clock in running if clock is not None), None)
    return None if clock is None else dt.date.fromisoformat(clock["base_day"])


def _applied(scene: Scene) -> dt.date:
    """The day that decides whether an application is in time: the postmark's, or of receipt."""
    mailed: dt.date | None = scene.body.get("mailed_on")
    if mailed is not None and scene.value("postmark_counts"):
        return mailed
    day: dt.date = scene.body.get("applied_on") or scene.day
    return day


def _days_wrong(scene: Scene) -> Refusal | None:
    """An application was posted before it came, and came by now."""
    came, mailed = scene.body.get("applied_on") or scene.day, scene.body.get("mailed_on")
    if mailed is not None and mailed > came:
        return _wrong(
            scene, "mailed_on", f"不能晚于收到申请的日期（{came}）。",
            f"Not after the application came ({came}).",
        )  # fmt: skip
    return _by_now(scene, "applied_on")


def _was_served(scene: Scene, clock_id: str) -> bool:
    """Whether an opinion was served that still stands, so that its period for review began."""
    clock = clocks.latest(scene.case["clocks"], clock_id)
    return clock is not None and clock["state"] != clocks.CANCELLED


def _last_opinion(scene: Scene, clock_id: str) -> Refusal | None:
    """Only the opinion served last is still open to its own remedy."""
    window = window_of(scene.case["clocks"])
    if window is None or window["id"] == clock_id:
        return None
    return _no_review("该意见之后又有新的意见。", "Another opinion has come after that one.")


def _in_time(scene: Scene, clock_id: str, name: str, basis: str) -> Refusal | None:
    wrong = _days_wrong(scene)
    if wrong is not None:
        return wrong
    clock = clocks.latest(scene.case["clocks"], clock_id)
    assert clock is not None, "a guard before this one has seen the clock"
    served = dt.date.fromisoformat(clock["base_day"])
    if _applied(scene) < served:
        decides = "mailed_on" if _applied(scene) == scene.body.get("mailed_on") else "applied_on"
        return _wrong(
            scene, decides, f"不能早于收到书面答复的日期（{served}）。",
            f"Not before the answer was received ({served}).",
        )  # fmt: skip
    if _applied(scene) <= dt.date.fromisoformat(clock["due_day"]):
        return None
    return Refusal(
        "application_late",
        both(
            f"申请{name}的期限已于{clock['due_day']}届满；请登记逾期申请，有正当理由的可以受理。",
            f"The time to apply ended on {clock['due_day']}: register it as late.",
        ),
        basis,
        errors={"applied_on": both("逾期。", "Too late.")},
        facts={"due_day": clock["due_day"], "clock": clock_id},
    )


def _waits(scene: Scene, level: str) -> Refusal | None:
    late = scene.facts.get("late_application")
    if late is not None and late["level"] == level:
        return None
    return Refusal(
        "no_late_application",
        both("没有登记过逾期申请。", "No late application was registered."),
        "T22 Arts.35, 36；P-ZJ14(5)",
    )


def _no_extension(zh: str, en: str) -> Refusal:
    return Refusal("no_extension", both(zh, en), "TBJ 50（地方规定）；参数")


def _no_review(zh: str, en: str) -> Refusal:
    return Refusal("no_review", both(zh, en), "T22 Arts.31, 35, 36")


def _by_now(scene: Scene, name: str) -> Refusal | None:
    day = scene.body.get(name)
    if day is None or day <= scene.day:
        return None
    return _wrong(scene, name, "不能晚于当日。", "May not be after this day.")


def _wrong(scene: Scene, name: str, zh: str, en: str) -> Refusal:
    return Refusal(
        "invalid",
        both("请求内容有误，请按提示更正。", "The request is not valid; see errors."),
        scene.action.basis,
        errors={name: both(zh, en)},
        invalid=True,
    )
