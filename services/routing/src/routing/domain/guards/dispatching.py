"""Guards of dispatch: to whom a case may go, and when it need not be taken (T22 Arts.19-24)."""

import datetime as dt

from routing.domain.scene import Refusal, Scene
from shared.clock import from_wire
from shared.errors import both

VISIT = "visit"


def words_there(scene: Scene) -> Refusal | None:
    """A petition's words have arrived, so that what is told of the case is whole."""
    if scene.case["title"] is not None or scene.case["secret"]:
        return None
    return Refusal(
        "text_pending",
        both(
            "信访件正文正在传来，请稍候几秒再试。",
            "The petition's text is on its way; try again in seconds.",
        ),
        "T22 Art.22",
        facts={"allowed": []},
    )


def purpose_fits(scene: Scene) -> Refusal | None:
    """Once in the secret lane an accusation stays there (T22 Art.30)."""
    purpose = scene.body.get("purpose")
    if scene.case["purpose"] == "accusation" and purpose not in (None, "accusation"):
        if scene.case["state"] == "registered":
            return None
        return Refusal(
            "accusation",
            both("检举控告已转出，不能改变目的。", "The accusation was passed on already."),
            "T22 Art.30",
            errors={"purpose": both("不能更改。", "May not be changed.")},
        )
    leads_on = scene.lead is not None and not scene.lead.secret_lane
    if purpose == "accusation" and leads_on and scene.case["state"] != "registered":
        return Refusal(
            "discipline_only",
            both(
                "承办单位无权办理检举控告；全部属于检举控告的先改派纪检监察机关，部分属于的用分案。",
                "Its unit may not have accusations: redirect the case, or split it.",
            ),
            "T22 Arts.22(2), 30",
            errors={"purpose": both("请先改派或者分案。", "Redirect or split it first.")},
        )
    return None


def unit_takes_cases(scene: Scene) -> Refusal | None:
    """The unit named exists and is in being on that day."""
    unit = scene.body.get("unit")
    if unit is None or unit in scene.named:
        return None
    return Refusal(
        "invalid",
        both("请求内容有误，请按提示更正。", "The request is not valid; see errors."),
        "T22 Art.22",
        errors={"unit": _no_such_unit(scene, unit)},
        invalid=True,
    )


def heir_named(scene: Scene) -> Refusal | None:
    """Where the table of units names who took over, that unit and no other goes on (Art.24(2))."""
    heir = scene.heirs.get(scene.case["lead_unit"])
    if heir is None or heir.code == scene.body["unit"]:
        return None
    return Refusal(
        "not_the_successor",
        both(
            f"原承办单位的职责由“{heir.name}”（{heir.code}）承接，应当由其继续办理。",
            f"{heir.code} took over the work of the unit, and goes on with the case.",
        ),
        "T22 Art.24(2)",
        errors={"unit": both(f"应为{heir.code}。", f"Must be {heir.code}.")},
    )


def units_exist(scene: Scene) -> Refusal | None:
    """Every unit that the body names exists: a slip of the pen would protect or tell nobody."""
    missing = {
        ask.name
        for ask in scene.action.asks.values()
        if ask.field.type in ("unit", "units", "parts")
        and any(code not in scene.named for code in _codes(scene, ask.name, ask.field.type))
    }
    if not missing:
        return None
    none = both("没有这个单位，或者已撤销。", "There is no such unit now.")
    return Refusal(
        "invalid",
        both("请求内容有误，请按提示更正。", "The request is not valid; see errors."),
        scene.action.basis,
        errors=dict.fromkeys(sorted(missing), none),
        invalid=True,
    )


def date_not_past(scene: Scene) -> Refusal | None:
    """A date that a letter sets is not before the letter."""
    for name in ("report_due", "due", "redo_due"):
        day = scene.body.get(name)
        if day is not None and day < scene.day:
            return _wrong_day(name, "不能早于当日。", "May not be before this day.", scene)
    return None


def written_only(scene: Scene) -> Refusal | None:
    """Letters on litigation are passed to the political-legal body; visitors are guided."""
    if scene.case["channel"] != VISIT:
        return None
    return Refusal(
        "visitor",
        both("来访的应当引导信访人到政法机关。", "A visitor is guided there, not passed on."),
        "T22 Arts.20(2), 22(2)",
    )


def visit_only(scene: Scene) -> Refusal | None:
    """Visitors are guided to the political-legal body; letters are passed to it."""
    if scene.case["channel"] == VISIT:
        return None
    return Refusal(
        "not_a_visit",
        both("来信网信应当转送政法机关。", "What is written is passed on, not guided."),
        "T22 Art.22(2)",
    )


def politics_law_body(scene: Scene) -> Refusal | None:
    """A matter of litigation goes to a political-legal body (T22 Art.22(2))."""
    office = scene.named.get(scene.body.get("unit", ""))
    if office is None:
        return unit_takes_cases(scene)
    if office.kind == "politics_law":
        return None
    return Refusal(
        "not_politics_law",
        both("涉法涉诉事项应转同级政法机关。", "Such a matter goes to a political-legal body."),
        "T22 Art.22(2)",
        errors={"unit": both("不是政法机关。", "It is none.")},
    )


def direct_or_office(scene: Scene) -> Refusal | None:
    """A unit that was sent the case by the office objects instead of turning people away."""
    if scene.case["state"] == "registered" or scene.by.whole_district:
        return None
    return Refusal(
        "object_instead",
        both(
            "转送、交办的事项不属本单位职责的，应当提出异议。",
            "What was passed to you is objected to, not turned away.",
        ),
        "T22 Art.23(3)",
    )


def target_open(scene: Scene) -> Refusal | None:
    """A case goes on inside another that is still open, and not inside itself."""
    other = scene.other
    if other is not None and other["case_id"] == scene.case["case_id"]:
        return _wrong_target("不能并入自身。", "It is the case itself.")
    if other is None or other["merged_into"] or scene.procedure.ended(other["state"]):
        return _wrong_target("没有这件在办事项。", "There is no such open case.")
    return None


def own_target(scene: Scene) -> Refusal | None:
    """A unit puts a repeat to a case of its own; others' are the office's to merge (Art.19)."""
    other, by = scene.other, scene.by
    if other is None or by.whole_district or "importer" in by.roles:
        return None
    if other["lead_unit"] in by.scope:
        return None
    return _wrong_target("不是本单位承办的事项。", "Your unit does not lead it.")


def same_lane(scene: Scene) -> Refusal | None:
    """Secret and open cases never join, and accusations join none but accusations (Art.30)."""
    other = scene.other
    case = scene.case
    if other is None:
        return None
    if other["secret"] == case["secret"] and (
        (other["purpose"] == "accusation") == (case["purpose"] == "accusation")
    ):
        return None
    return Refusal(
        "another_lane",
        both("保密件与非保密件不能合并。", "Secret and open cases are not merged."),
        "T22 Arts.30(3), 46(五)",
        errors={"into": both("保密程度不同。", "It is in another lane.")},
    )


def rest_reworded(scene: Scene) -> Refusal | None:
    """What stays of a case tells nothing of the accusation that is split off (T22 Art.30(3)).

    Its words are written anew, for whoever handles it reads them.
    """
    accusations = [part for part in scene.body["parts"] if part["purpose"] == "accusation"]
    if not accusations or scene.case["purpose"] == "accusation" or scene.case["content"] is None:
        return None
    required = both("必填：只写留下的内容，不得提及检举控告。", "Required, without the accusation.")
    errors = {name: required for name in ("rest_title", "rest_text") if not scene.body.get(name)}
    rest = "".join(scene.body.get(name) or "" for name in ("rest_title", "rest_text"))
    if not errors and any(part["content"] in rest for part in accusations):
        errors = {"rest_text": both("仍含有检举控告的内容。", "It still holds the accusation.")}
    if not errors:
        return None
    return Refusal(
        "invalid",
        both(
            "拆出检举控告的，应当重写留下部分的标题和内容，不得留下检举控告的痕迹。",
            "Where an accusation is split off, what stays is worded anew without it.",
        ),
        "T22 Arts.30(3), 46(五)",
        errors=errors,
        invalid=True,
    )


def parts_whole(scene: Scene) -> Refusal | None:
    """A case is split into one part at least besides what stays (T22 Arts.28-31)."""
    if scene.body["parts"]:
        return None
    return Refusal(
        "invalid",
        both("请求内容有误，请按提示更正。", "The request is not valid; see errors."),
        "P-FL22 Art.3",
        errors={"parts": both("至少拆出一件。", "One part at least.")},
        invalid=True,
    )


def was_assigned(scene: Scene) -> Refusal | None:
    """Only what was assigned is reported back on (T22 Art.22(三))."""
    if scene.case["report_due"] is not None:
        return None
    return Refusal(
        "not_assigned",
        both("本件不是交办件，没有反馈期限。", "The case was not assigned."),
        "T22 Art.22(三)",
    )


def no_re_review_stands(scene: Scene) -> Refusal | None:
    """After re-review only a new petition with new facts opens the matter (T22 Art.36(3))."""
    if not scene.facts.get("terminated"):
        return None
    return Refusal(
        "terminated",
        both("已终结的事项有新事实的，作为新的信访事项登记。", "New facts are a new case."),
        "T22 Art.36(3)",
    )


def petitions_left(scene: Scene) -> Refusal | None:
    """There is a petition in the case that was not withdrawn yet."""
    if set(scene.case["petition_ids"]) - set(scene.facts.get("withdrawn", ())):
        return None
    return Refusal(
        "no_petition",
        both("本件没有可以撤回的信访件。", "The case has no petition left to withdraw."),
        "参数（T22未规定）",
    )


def petitions_of_case(scene: Scene) -> Refusal | None:
    """Withdrawn petitions are the case's own, and not withdrawn before."""
    gone = set(scene.facts.get("withdrawn", ()))
    sent = scene.body["petition_ids"]
    if sent and set(sent) <= set(scene.case["petition_ids"]) - gone:
        return None
    return Refusal(
        "invalid",
        both("请求内容有误，请按提示更正。", "The request is not valid; see errors."),
        "参数",
        errors={"petition_ids": both("不是本件尚未撤回的信访件。", "Not of this case.")},
        invalid=True,
    )


def nothing_running(scene: Scene) -> Refusal | None:
    """A case is archived once its review periods are over (TZJ 26)."""
    waits = [
        clock
        for clock in scene.case["clocks"]
        if clock["state"] == "running" and from_wire(clock["due_at"]) > scene.at
    ]
    if not waits:
        return None
    return Refusal(
        "review_period",
        both(
            f"复查复核期限（至{waits[0]['due_day']}）未满，不能归档。",
            f"The period for review runs until {waits[0]['due_day']}.",
        ),
        "T22 Arts.35, 36；TZJ 26（地方规定）",
    )


def _codes(scene: Scene, name: str, kind: str) -> list[str]:
    value = scene.body.get(name)
    if not value:
        return []
    if kind == "parts":
        return [code for part in value for code in part["accused_units"]]
    return value if kind == "units" else [value]


def _no_such_unit(scene: Scene, code: str) -> str:
    heir = scene.heirs.get(code)
    if heir is None:
        return both("没有这个单位，或者已撤销。", "There is no such unit now.")
    return both(
        f"该单位已撤销，其职责由“{heir.name}”（{heir.code}）承接（T22 Art.24(2)）。",
        f"It is no more; {heir.code} took over its work (T22 Art.24(2)).",
    )


def _wrong_target(zh: str, en: str) -> Refusal:
    return Refusal(
        "no_target",
        both(f"不能并案：{zh}", f"Not merged: {en}"),
        "T22 Art.19；P-CF",
        errors={"into": both(zh, en)},
    )


def _wrong_day(name: str, zh: str, en: str, scene: Scene) -> Refusal:
    day: dt.date = scene.day
    return Refusal(
        "invalid",
        both("请求内容有误，请按提示更正。", "The request is not valid; see errors."),
        scene.action.basis,
        errors={name: both(zh, en)},
        facts={"earliest": day.isoformat()},
        invalid=True,
    )
