"""Coordination beside the procedure, as tables: each thing's states, steps, who may take them.

A row reads: from these states, this step leads to that state, may be taken by these roles, on this
basis, and is told of the case under this kind. A step from no state is how a thing begins.
"""

from dataclasses import dataclass

OFFICE = ("dispatcher", "supervisor", "leader")
DESK = ("registrar", *OFFICE)
UNIT = ("handler", "unit_head")
ANY_STAFF = (*DESK, "reviewer", *UNIT)
PARTNER = ("partner",)

SOCIAL = "social"
"""The kind of a unit that is a social organisation, 社会组织; only such take referrals."""


@dataclass(frozen=True)
class Step:
    """One row; `told` is the kind under which a case's timeline hears of it, None for silence."""

    thing: str
    name: str
    title: str
    from_: tuple[str, ...]
    to: str
    roles: tuple[str, ...]
    basis: str
    told: str | None = None


STATES: dict[str, dict[str, str]] = {
    "meeting": {
        "called": "已通知", "held": "已召开", "minuted": "纪要待审", "approved": "纪要已定",
        "cancelled": "已取消",
    },
    "task": {
        "set": "待接收", "accepted": "办理中", "reported": "待验收", "returned": "退回重办",
        "done": "已完成", "cancelled": "已取消",
    },
    "draft": {"drafted": "待使用", "used": "已使用", "discarded": "已弃用"},
    "instruction": {"given": "待回复", "answered": "已回复"},
    "charge": {"taken": "包案中", "ended": "已解除"},
    "advice": {"sent": "待反馈采纳情况", "fed_back": "已反馈"},
    "reception": {"planned": "已安排", "cancelled": "已取消"},
    "booking": {"booked": "已预约", "came": "已接访", "absent": "未到", "cancelled": "已取消"},
    "referral": {
        "proposed": "待征求同意", "consented": "已同意", "refused": "信访人不同意",
        "declined": "社会组织未接", "accepted": "已接", "visited": "已走访",
        "resulted": "已有结果", "closed": "已结束", "withdrawn": "已撤回同意",
    },
}  # fmt: skip

_WORKED_ON = ("accepted", "returned")
_WITH_PARTNER = ("consented", "accepted", "visited", "resulted")
_ROWS = (
    Step("meeting", "call", "召开协调会", (), "called", OFFICE,
         "T22 Arts.13, 14, 24", "meeting_called"),
    Step("meeting", "add_cases", "补充协调事项", ("called",), "called", OFFICE,
         "T22 Arts.13, 14, 24", "meeting_called"),
    Step("meeting", "hold", "协调会已召开", ("called",), "held", OFFICE,
         "T22 Arts.13, 14, 24", "meeting_held"),
    Step("meeting", "minute", "起草协调会纪要", ("held", "minuted"), "minuted", OFFICE,
         "T22 Arts.13, 24; GB/T 9704 10.3"),
    Step("meeting", "approve", "审定协调会纪要", ("minuted",), "approved",
         ("supervisor", "leader"), "T22 Arts.13, 24; GB/T 9704 10.3", "minutes_approved"),
    Step("meeting", "cancel", "取消协调会", ("called",), "cancelled", OFFICE,
         "T22 Arts.13, 14", "meeting_cancelled"),

    Step("task", "set", "下达协调任务", (), "set", OFFICE, "T22 Arts.14, 24", "task_set"),
    Step("task", "accept", "接收协调任务", ("set",), "accepted", UNIT,
         "T22 Art.14(2)", "task_accepted"),
    Step("task", "report", "报告任务结果", _WORKED_ON, "reported", UNIT,
         "T22 Art.14(2)", "task_reported"),
    Step("task", "finish", "任务验收通过", ("reported",), "done", OFFICE,
         "T22 Art.14", "task_done"),
    Step("task", "return", "任务退回重办", ("reported",), "returned", OFFICE,
         "T22 Art.14", "task_returned"),
    Step("task", "cancel", "取消协调任务", ("set", *_WORKED_ON), "cancelled", OFFICE,
         "T22 Art.14", "task_cancelled"),
    Step("task", "fall_due", "协调任务逾期", ("set", *_WORKED_ON), "", (),
         "T22 Art.14", "task_overdue"),

    Step("draft", "make", "起草答复", (), "drafted", (), "T22 Art.32"),
    Step("draft", "use", "采用答复草稿", ("drafted",), "used", UNIT, "T22 Art.32"),
    Step("draft", "discard", "弃用答复草稿", ("drafted",), "discarded", UNIT, "T22 Art.32"),

    Step("instruction", "give", "领导批示", (), "given", OFFICE,
         "T22 Art.18(2)", "instruction_given"),
    Step("instruction", "answer", "回复领导批示", ("given",), "answered",
         (*UNIT, "dispatcher", "supervisor"), "T22 Art.18(2)", "instruction_answered"),

    Step("charge", "take", "领导包案", (), "taken", OFFICE, "T22 Art.18(2)", "charge_taken"),
    Step("charge", "end", "解除包案", ("taken",), "ended", OFFICE,
         "T22 Art.18(2)", "charge_ended"),

    Step("advice", "send", "提出建议", (), "sent", ("supervisor", "leader"),
         "T22 Arts.14, 40", "advice_sent"),
    Step("advice", "feed_back", "反馈采纳情况", ("sent",), "fed_back", (*UNIT, "supervisor"),
         "T22 Art.40", "advice_fed_back"),

    Step("reception", "plan", "安排接访日", (), "planned", OFFICE, "T22 Art.18(2)"),
    Step("reception", "cancel", "取消接访日", ("planned",), "cancelled", OFFICE, "T22 Art.18(2)"),
    Step("reception", "book", "预约接访", ("planned",), "planned", DESK, "T22 Art.18(2)"),
    Step("booking", "book", "预约领导接访", (), "booked", DESK,
         "T22 Art.18(2)", "reception_booked"),
    Step("booking", "receive", "领导接访", ("booked",), "came", DESK,
         "T22 Art.18(2)", "reception_held"),
    Step("booking", "miss", "接访未到", ("booked",), "absent", DESK,
         "T22 Art.18(2)", "reception_missed"),
    Step("booking", "cancel", "取消接访预约", ("booked",), "cancelled", DESK,
         "T22 Art.18(2)", "reception_cancelled"),

    Step("referral", "propose", "拟转介社会组织", (), "proposed", ANY_STAFF,
         "T22 Art.27", "referral_proposed"),
    Step("referral", "consent", "信访人同意转介", ("proposed",), "consented", ANY_STAFF,
         "TPI Arts.14, 23", "referral_consented"),
    Step("referral", "refuse", "信访人不同意转介", ("proposed",), "refused", ANY_STAFF,
         "TPI Art.14", "referral_refused"),
    Step("referral", "accept", "社会组织接受转介", ("consented",), "accepted", PARTNER,
         "T22 Art.27", "referral_accepted"),
    Step("referral", "decline", "社会组织未接转介", ("consented",), "declined", PARTNER,
         "T22 Art.27", "referral_declined"),
    Step("referral", "visit", "社会组织走访", ("accepted", "visited"), "visited", PARTNER,
         "T22 Art.27", "referral_visited"),
    Step("referral", "result", "社会组织反馈结果", ("accepted", "visited"), "resulted", PARTNER,
         "T22 Art.27", "referral_result"),
    Step("referral", "close", "转介结束", _WITH_PARTNER, "closed", ANY_STAFF,
         "TPI Art.47", "referral_closed"),
    Step("referral", "withdraw", "信访人撤回转介同意", _WITH_PARTNER, "withdrawn", ANY_STAFF,
         "TPI Art.15", "referral_withdrawn"),

    Step("contact", "log", "联系信访人", (), "", ANY_STAFF,
         "C-SSY 初次信访办理联系率", "contact_logged"),
)  # fmt: skip

STEPS = {(step.thing, step.name): step for step in _ROWS}

OPEN_TASKS = ("set", "accepted", "reported", "returned")
OWED_TASKS = ("set", *_WORKED_ON)
"""What the unit still owes: a result that was reported in time is not made late by its review."""
SHOWN_TO_PARTNER = _WITH_PARTNER
"""Consent opens a referral to its partner; closing or withdrawal shuts it (TPI Arts.15, 47)."""

TASK_SOURCES = {
    "meeting": "协调会", "instruction": "领导批示", "charge": "领导包案", "case": "信访事项",
}  # fmt: skip
CONTACT_WAYS = {
    "phone": "电话", "visit": "上门走访", "interview": "当面约谈", "letter": "书信",
    "online": "网上", "message": "短信", "other": "其他",
}  # fmt: skip
CONSENT_WAYS = {
    "written": "书面同意", "oral": "口头同意并记录", "phone": "电话同意并记录",
    "online": "网上确认",
}  # fmt: skip
ADVICE_KINDS = {
    "improve_work": "改进工作建议",
    "improve_policy": "完善政策建议",
    "accountability": "追究责任建议",
}
"""The three kinds of advice, 三项建议 (T22 Arts.14, 40)."""
ADVICE_GROUNDS = {
    "evasion": "推诿", "perfunctory": "敷衍", "delay": "拖延", "falsification": "弄虚作假",
}  # fmt: skip
"""For accountability: each where it had serious consequences (T22 Art.40)."""
ADOPTION = {"adopted": "采纳", "partly": "部分采纳", "not_adopted": "未采纳"}

_DRAFT = "您好！您反映的信访事项（登记编号{number}），经协调由{unit}办理，结果如下：\n{result}"


def draft_text(*, number: str, unit: str, result: str) -> str:
    """The reply that a finished task suggests for one petitioner; a handler checks it first."""
    return _DRAFT.format(number=number, unit=unit, result=result)


def allowed(thing: str, state: str, roles: frozenset[str]) -> list[str]:
    """The steps that a caller with `roles` may take on a thing in `state`."""
    return [s.name for s in _ROWS if s.thing == thing and state in s.from_ and roles & set(s.roles)]
