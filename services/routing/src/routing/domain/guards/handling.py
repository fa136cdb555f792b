"""Guards of handling: objection, acceptance, routes, extension, answer, close (Arts.23-34)."""

from routing.domain import clocks
from routing.domain.scene import Refusal, Scene
from shared.clock import from_wire
from shared.errors import both

SUGGESTION, ACCUSATION = "suggestion", "accusation"
LARGE_GROUP = 5
_OWN_CLAIMS_ONLY = "T22 Arts.28-31"


def has_lead(scene: Scene) -> Refusal | None:
    """Only a unit that the case was sent to accepts it (T22 Art.23)."""
    if scene.case["lead_unit"] is not None:
        return None
    return Refusal(
        "no_unit",
        both("尚未转送或者交办给承办单位。", "The case was not passed to a unit yet."),
        "T22 Art.23",
    )


def lead_abolished(scene: Scene) -> Refusal | None:
    """A case goes to a successor once its unit is no more (T22 Art.24(2))."""
    if scene.lead is None:
        return None
    return Refusal(
        "lead_exists",
        both("承办单位并未撤并，请用改派或者指定。", "Its unit exists: redirect or designate."),
        "T22 Art.24(2)",
    )


def not_signed_yet(scene: Scene) -> Refusal | None:
    """Receipt is signed for once."""
    signed = scene.facts.get("signed")
    if signed is None or signed["unit"] != scene.case["lead_unit"]:
        return None
    return Refusal("signed", both("已经签收。", "It was signed for already."), "参数")


def own_case_or_head(scene: Scene) -> Refusal | None:
    """A case is handed over by who has it, or by the head (T22 Art.14(2))."""
    holder = scene.case["handler"]
    if "unit_head" in scene.by.roles or holder in (None, scene.by.account):
        return None
    if "importer" in scene.by.roles:
        return None
    return Refusal(
        "not_the_handler",
        both("只能由承办人或者负责人移交。", "Only its handler or the head hands it over."),
        "T22 Art.14(2)",
    )


def not_designated(scene: Scene) -> Refusal | None:
    """A designated unit may not object again (T22 Art.24)."""
    if not scene.facts.get("designated"):
        return None
    return Refusal(
        "designated",
        both("已依法指定受理，不能再提出异议。", "It was designated and may not object."),
        "T22 Art.24",
    )


def objection_in_time(scene: Scene) -> Refusal | None:
    """An objection is made within 5 working days of the transfer (T22 Art.23(3))."""
    clock = clocks.live(scene.case["clocks"], "D4")
    if clock is not None and scene.at < from_wire(clock["due_at"]):
        return None
    last = clocks.latest(scene.case["clocks"], "D4")
    if last is not None and last["state"] in (clocks.MET, clocks.MISSED):
        return Refusal(
            "objected_already",
            both("异议已经核实不成立，应当受理。", "The objection was rejected: accept."),
            "T22 Art.23(3)；TWF 22（地方规定）",
        )
    if last is None or last["state"] == clocks.CANCELLED:
        return Refusal(
            "not_from_the_office",
            both(
                "本件由上级单位在本系统内转来，不适用异议；不属本单位职责的，请上级单位报信访部门改派。",
                "It came from the unit above, not from the office: have that unit ask for another.",
            ),
            "T22 Art.23(1)(3)",
        )
    due = last["due_day"]
    return Refusal(
        "objection_late",
        both(
            f"异议期限已于{due}届满；可以受理，或者请信访部门依第24条指定。",
            f"The time to object ended on {due}: accept, or ask for a designation.",
        ),
        "T22 Art.23(3)",
        facts={"due_day": due, "clock": "D4"},
    )


def reasons_in_detail(scene: Scene) -> Refusal | None:
    """An objection gives its reasons in detail (T22 Art.23(3))."""
    least = scene.value("objection_reasons_least")
    reasons = scene.body.get("reasons") or ""
    if len(reasons) >= least:
        return None
    return Refusal(
        "reasons_missing",
        both(f"应当详细说明理由（至少{least}个字）。", f"Give reasons in detail ({least}+)."),
        "T22 Art.23(3)",
        errors={"reasons": both(f"至少{least}个字。", f"At least {least} characters.")},
    )


def below_own_unit(scene: Scene) -> Refusal | None:
    """A unit passes on to its own lower bodies only (T22 Art.23(1)(2))."""
    office = scene.named.get(scene.body["unit"])
    lead = scene.case["lead_unit"]
    if office is not None and lead in office.line[1:]:
        return None
    return Refusal(
        "not_below",
        both("只能转给本系统的下级单位。", "Only to a body below one's own."),
        "T22 Art.23(1)",
        errors={"unit": both("不是下级单位。", "It is not below.")},
    )


def is_claim(scene: Scene) -> Refusal | None:
    """The step belongs to claims 申诉求决 (T22 Art.31)."""
    if scene.case["purpose"] not in (SUGGESTION, ACCUSATION):
        return None
    return _another_class("只适用于申诉求决类事项。", "It is for claims only.")


def is_suggestion(scene: Scene) -> Refusal | None:
    """The step belongs to suggestions 建议意见 (T22 Art.29)."""
    if scene.case["purpose"] == SUGGESTION:
        return None
    return _another_class("只适用于建议意见类事项。", "It is for suggestions only.")


def is_claim_or_suggestion(scene: Scene) -> Refusal | None:
    """The simple procedure knows no accusations (P-JY22 Art.5)."""
    if scene.case["purpose"] != ACCUSATION:
        return None
    return _another_class("检举控告不适用简易办理。", "Accusations are not handled simply.")


def simple_fits(scene: Scene) -> Refusal | None:
    """First-time matters only, none assigned from above, none of many bodies (P-JY22 Arts.4-5)."""
    why = None
    if not scene.value("simple_allowed"):
        why = ("本单位未启用简易办理。", "This office does not use it.")
    elif scene.case["report_due"] is not None:
        why = ("上级交办的事项不适用。", "It was assigned.")
    elif scene.facts.get("reopened"):
        why = ("只适用于初次信访事项。", "It is not the first time.")
    elif scene.parts or scene.case["co_units"]:
        why = ("涉及多个责任单位的不适用。", "Several units are concerned.")
    elif len(scene.case["petition_ids"]) >= LARGE_GROUP:
        why = ("集体联名的事项不适用。", "Many petitioners have joined.")
    elif scene.facts.get("redo"):
        why = ("重新办理的事项不适用。", "It is handled anew after review.")
    if why is None:
        return None
    return Refusal(
        "not_simple",
        both(f"不能简易办理：{why[0]}", f"Not by the simple procedure: {why[1]}"),
        "P-JY22 Arts.4-5",
    )


def extension_once(scene: Scene) -> Refusal | None:
    """There is one extension (T22 Art.34)."""
    last = next((c for c in reversed(scene.case["clocks"]) if c["id"] in ("D5", "D6")), None)
    if last is None or last["id"] != "D6":
        return None
    return Refusal(
        "extended_already", both("只能延期一次。", "It was extended already."), "T22 Art.34"
    )


def extension_in_time(scene: Scene) -> Refusal | None:
    """An extension is approved before the period ends (T22 Art.34)."""
    clock = clocks.live(scene.case["clocks"], "D5")
    if clock is not None and scene.at < from_wire(clock["due_at"]):
        return None
    last = clocks.latest(scene.case["clocks"], "D5")
    due = last["due_day"] if last else "—"
    if last is None or from_wire(last["due_at"]) > scene.at:
        return Refusal(
            "nothing_to_extend",
            both(
                "现在没有正在计算的60日办理期限，不能延期。",
                "No period of 60 days runs that could be extended.",
            ),
            "T22 Art.34",
        )
    return Refusal(
        "extension_late",
        both(f"办理期限已于{due}届满，不能再延期。", f"The period ended on {due}: no extension."),
        "T22 Art.34",
        facts={"due_day": due, "clock": "D5"},
    )


def extension_short_enough(scene: Scene) -> Refusal | None:
    """An extension is of at most 30 days (T22 Art.34)."""
    most = scene.value("extension_days_most")
    if scene.body["days"] <= most:
        return None
    return Refusal(
        "extension_long",
        both(f"延长不得超过{most}日。", f"At most {most} days."),
        "T22 Art.34",
        errors={"days": both(f"最多{most}日。", f"At most {most}.")},
    )


def not_lead_already(scene: Scene) -> Refusal | None:
    """The lead unit and one that has a part already are not invited."""
    unit = scene.body["unit"]
    if unit != scene.case["lead_unit"] and unit not in scene.parts:
        return None
    return Refusal(
        "has_a_part",
        both("该单位已在办理本件。", "The unit has a part already."),
        "T22 Art.24",
        errors={"unit": both("已在办理本件。", "It has a part already.")},
    )


def part_open(scene: Scene) -> Refusal | None:
    """A part is accepted and answered once, by its own unit."""
    mine = [unit for unit in scene.parts if unit in scene.by.scope or _bureau_acts(scene)]
    state = {"part_accept": ("asked",), "part_answer": ("asked", "accepted")}[scene.action.name]
    if any(scene.parts[unit]["state"] in state for unit in mine):
        return None
    return Refusal(
        "no_open_part",
        both("没有等待办理的会办事项。", "No part waits for this."),
        "TBJ 44（地方规定）",
    )


def _another_class(zh: str, en: str) -> Refusal:
    return Refusal("another_class", both(zh, en), _OWN_CLAIMS_ONLY)


def _bureau_acts(scene: Scene) -> bool:
    return "importer" in scene.by.roles
