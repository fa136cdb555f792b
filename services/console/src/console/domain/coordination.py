"""Coordination beside the procedure, as tables: what each thing shows, and what its steps ask for.

One row of `THINGS` makes a list, a page and the forms. Fields are described as a case's guide
describes them, with two types of their own: `moment` (day and time) and `cases` (numbers of cases
or petitions, one a line). Routing decides who may take which step; `allowed` of a thing says it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OFFICE = ("dispatcher", "supervisor", "leader")
DESK = ("registrar", *OFFICE)
ANY_STAFF = (*DESK, "reviewer", "handler", "unit_head")
READERS = (*ANY_STAFF, "auditor", "importer")

_WAYS = {
    "phone": "电话", "visit": "上门走访", "interview": "当面约谈", "letter": "书信",
    "online": "网上", "message": "短信", "other": "其他",
}  # fmt: skip
_CONSENT = {
    "written": "书面同意", "oral": "口头同意并记录", "phone": "电话同意并记录",
    "online": "网上确认",
}  # fmt: skip
_ADVICE = {
    "improve_work": "改进工作建议", "improve_policy": "完善政策建议",
    "accountability": "追究责任建议",
}  # fmt: skip
_GROUNDS = {
    "evasion": "推诿", "perfunctory": "敷衍", "delay": "拖延", "falsification": "弄虚作假",
}  # fmt: skip
_ADOPTION = {"adopted": "采纳", "partly": "部分采纳", "not_adopted": "未采纳"}
SOURCES = {
    "meeting": "协调会", "instruction": "领导批示", "charge": "领导包案", "case": "信访事项",
}  # fmt: skip
SOURCE_PAGES = {
    "meeting": "meetings", "instruction": "instructions", "charge": "charges", "case": "cases",
}  # fmt: skip
PAPERS = {"meeting_notice": "会议通知", "meeting_minutes": "会议纪要"}
PAPER_STATES = {
    "draft": "草稿", "submitted": "待审签", "returned": "退回修改", "approved": "已审签",
    "issued": "已出具", "served": "已送达", "void": "已作废",
}  # fmt: skip


def _ask(
    name: str, title: str, type_: str = "text", *, required: bool = True, most: int | None = None,
    hint: str = "", choices: Mapping[str, str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    return {
        "name": name, "title": title, "type": type_, "required": required, "most": most,
        "hint": hint, "choices": choices or {}, "values": [], "earliest": None, "latest": None,
        "suggested": None,
    }  # fmt: skip


@dataclass(frozen=True)
class Step:
    """A step that may be taken on a thing: the end of its address, and what it asks for."""

    title: str
    asks: tuple[dict[str, Any], ...] = ()
    end: str = ""
    danger: bool = False


@dataclass(frozen=True)
class Fact:
    """Something a thing says of itself, and how that is shown."""

    name: str
    title: str
    kind: str = "text"
    choices: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Thing:
    """A kind of thing: its pages, and where routing keeps it."""

    slug: str
    title: str
    path: str
    icon: str
    states: Mapping[str, str]
    heading: Fact
    columns: tuple[Fact, ...]
    facts: tuple[Fact, ...]
    begin: Step
    beginners: tuple[str, ...]
    steps: Mapping[str, Step]
    none_yet: str
    on_case: bool = False
    """It is begun on one case, whose id its address then names."""
    has_cases: bool = False
    filter: str = "state"
    presets: tuple[str, ...] = ()
    readers: tuple[str, ...] = READERS


_CASE = _ask("case", "信访事项", "case", hint="事项编号（XS开头）或信访件编号（XF开头）")
_CASES = _ask(
    "case_ids", "信访事项", "cases", required=False,
    hint="事项编号或信访件编号，每行一个",
)  # fmt: skip
_RESULT = _ask("result", "结果", most=10_000)
_REASON = _ask("reason", "原因", most=2_000)
_LEADER = _ask("leader_title", "领导职务", "line", most=100, hint="只写职务，不写姓名，如“副区长”")
_DUE = _ask("due_day", "要求完成日", "day", required=False)

INSTRUCTIONS = Thing(
    slug="instructions", title="批示", path="/v1/instructions", icon="vector-pen",
    states={"given": "待回复", "answered": "已回复"},
    heading=Fact("text", "批示内容"), none_yet="还没有领导批示。", on_case=True,
    columns=(
        Fact("leader_title", "批示领导"), Fact("unit", "回复单位", "unit"),
        Fact("due_day", "要求回复日", "due"),
    ),
    facts=(
        Fact("case_id", "信访事项", "case"), Fact("leader_title", "批示领导"),
        Fact("text", "批示内容", "long"), Fact("unit", "回复单位", "unit"),
        Fact("due_day", "要求回复日", "due"), Fact("answer", "回复", "long"),
        Fact("answered_by", "回复人", "person"),
    ),
    begin=Step("作批示", (
        _CASE, _LEADER, _ask("text", "批示内容", most=5_000),
        _ask("unit", "回复单位", "unit", required=False, hint="不选时由此件承办单位回复"),
        _ask("due_day", "要求回复日", "day", required=False),
    )),
    beginners=OFFICE,
    steps={"answer": Step("回复批示", (_ask("answer", "办理情况", most=10_000),))},
    presets=(
        "请抓紧办理，按期答复信访人。", "请核实情况，依法依规妥善处理，并报结果。",
        "请约见信访人，当面听取诉求，做好解释疏导。",
    ),
)  # fmt: skip

TASKS = Thing(
    slug="tasks", title="任务", path="/v1/tasks", icon="list-check",
    states={"open": "未完成", "overdue": "逾期", "ended": "已结束", "all": "全部"}, filter="which",
    heading=Fact("title", "任务"), none_yet="没有这一类任务。", has_cases=True,
    columns=(
        Fact("unit", "承办单位", "unit"), Fact("due_day", "完成期限", "due"),
        Fact("cases", "涉及事项", "count"),
    ),
    facts=(
        Fact("detail", "内容", "long"), Fact("unit", "承办单位", "unit"),
        Fact("due_day", "完成期限", "due"), Fact("source", "来源", "source"),
        Fact("result", "结果", "long"), Fact("reported_by", "报告人", "person"),
        Fact("reported_at", "报告时间", "moment"), Fact("return_reason", "退回原因", "long"),
    ),
    begin=Step("下达任务", (
        _ask("title", "任务名称", "line", most=200), _ask("detail", "任务内容", most=10_000),
        _ask("unit", "承办单位", "unit"), _ask("due_day", "完成期限", "day"),
        _ask("case_ids", "信访事项", "cases", required=False,
             hint="事项编号或信访件编号，每行一个；从会议、批示、包案下达的，不填即为其全部事项"),
    )),
    beginners=OFFICE,
    steps={
        "accept": Step("接收任务"),
        "report": Step("报告结果", (_RESULT,)),
        "finish": Step("验收通过"),
        "return": Step("退回重办", (
            _REASON, _ask("due_day", "新的完成期限", "day", required=False, hint="不填则期限不变"),
        )),
        "cancel": Step("取消任务", (_REASON,), danger=True),
    },
)  # fmt: skip

MEETINGS = Thing(
    slug="meetings", title="会议", path="/v1/meetings", icon="people",
    states={
        "called": "已通知", "held": "已召开", "minuted": "纪要待审", "approved": "纪要已定",
        "cancelled": "已取消",
    },
    heading=Fact("title", "会议"), none_yet="还没有协调会。", has_cases=True,
    columns=(
        Fact("starts_at", "时间", "moment"), Fact("place", "地点"), Fact("host", "主持人职务"),
        Fact("cases", "事项", "count"),
    ),
    facts=(
        Fact("starts_at", "时间", "moment"), Fact("place", "地点"), Fact("host", "主持人职务"),
        Fact("notice", "通知事项", "long"), Fact("units", "参会单位", "attendance"),
        Fact("minutes", "会议纪要", "long"), Fact("minutes_by", "纪要起草人", "person"),
    ),
    begin=Step("召开协调会", (
        _ask("title", "会议名称", "line", most=200), _ask("starts_at", "时间", "moment"),
        _ask("place", "地点", "line", most=200),
        _ask("host", "主持人职务", "line", most=100, hint="只写职务，不写姓名"),
        _ask("notice", "通知事项", most=10_000), _ask("units", "参会单位", "units"), _CASES,
    )),
    beginners=OFFICE,
    steps={
        "add_cases": Step("补充事项", (
            {**_CASES, "required": True},
        ), end="cases"),
        "hold": Step("登记已召开", (_ask("attended", "到会单位", "units", required=False),)),
        "minute": Step("起草纪要", (
            _ask("minutes", "会议纪要", most=50_000, hint="议题、讨论情况、议定事项"),
        ), end="minutes"),
        "approve": Step("审定纪要"),
        "cancel": Step("取消会议", (_REASON,), danger=True),
    },
)  # fmt: skip

CHARGES = Thing(
    slug="charges", title="领导包案", path="/v1/charges", icon="person-check",
    states={"taken": "包案中", "ended": "已解除"},
    heading=Fact("case_id", "信访事项", "case"), none_yet="还没有领导包案。", on_case=True,
    columns=(Fact("leader_title", "包案领导"), Fact("begun_at", "包案时间", "moment")),
    facts=(
        Fact("case_id", "信访事项", "case"), Fact("leader_title", "包案领导"),
        Fact("note", "要求", "long"), Fact("result", "结果", "long"),
    ),
    begin=Step("确定包案领导", (
        _CASE, _LEADER, _ask("note", "要求", required=False, most=2_000),
    )),
    beginners=OFFICE,
    steps={"end": Step("解除包案", (_RESULT,))},
)  # fmt: skip

ADVICE = Thing(
    slug="advice", title="三项建议", path="/v1/advice", icon="lightbulb",
    states={"sent": "待反馈采纳情况", "fed_back": "已反馈"},
    heading=Fact("problem", "问题"), none_yet="还没有提出建议。", has_cases=True,
    columns=(
        Fact("kind", "种类", "code", _ADVICE), Fact("to_unit", "致", "unit"),
        Fact("due_day", "反馈期限", "due"),
    ),
    facts=(
        Fact("kind", "种类", "code", _ADVICE), Fact("to_unit", "致", "unit"),
        Fact("about_unit", "建议追责的单位", "unit"), Fact("ground", "情形", "code", _GROUNDS),
        Fact("problem", "问题", "long"), Fact("suggestion", "建议内容", "long"),
        Fact("due_day", "反馈期限", "due"), Fact("adopted", "采纳情况", "code", _ADOPTION),
        Fact("feedback", "反馈", "long"), Fact("fed_back_at", "反馈时间", "moment"),
    ),
    begin=Step("提出建议", (
        _ask("kind", "种类", "code", choices=_ADVICE), _ask("to_unit", "致", "unit"),
        _ask("problem", "问题", most=10_000), _ask("suggestion", "建议内容", most=10_000),
        _ask("about_unit", "建议追责的单位", "unit", required=False, hint="追究责任建议填写"),
        _ask("ground", "情形", "code", required=False, choices=_GROUNDS,
             hint="追究责任建议填写，造成严重后果的"),
        _ask("due_day", "反馈期限", "day", required=False), _CASES,
    )),
    beginners=("supervisor", "leader"),
    steps={"feed_back": Step("反馈采纳情况", (
        _ask("adopted", "采纳情况", "code", choices=_ADOPTION),
        _ask("feedback", "措施或者未采纳的理由", most=10_000),
    ), end="feed-back")},
)  # fmt: skip

REFERRALS = Thing(
    slug="referrals", title="社会组织转介", path="/v1/referrals", icon="arrow-left-right",
    states={
        "proposed": "待征求同意", "consented": "已同意", "refused": "信访人不同意",
        "declined": "社会组织未接", "accepted": "已接", "visited": "已走访",
        "resulted": "已有结果", "closed": "已结束", "withdrawn": "已撤回同意",
    },
    heading=Fact("title", "需求"), none_yet="没有转介。", on_case=True,
    columns=(Fact("partner", "社会组织", "unit"), Fact("begun_at", "提出时间", "moment")),
    facts=(
        Fact("case_id", "信访事项", "case"), Fact("partner", "社会组织", "unit"),
        Fact("need", "需求说明", "long"), Fact("consent_how", "同意方式", "code", _CONSENT),
        Fact("consent_at", "同意时间", "moment"), Fact("consent_by", "经手人", "person"),
        Fact("visits", "走访", "visits", _WAYS), Fact("result", "结果", "long"),
        Fact("note", "说明", "long"),
    ),
    begin=Step("拟转介", (
        _CASE, _ask("partner", "社会组织", "partner"),
        _ask("title", "需求", "line", most=200, hint="社会组织只看到需求和说明，勿写个人信息"),
        _ask("need", "需求说明", most=5_000),
    )),
    beginners=ANY_STAFF,
    steps={
        "consent": Step("登记信访人同意", (
            _ask("at", "同意时间", "moment"),
            _ask("how", "同意方式", "code", choices=_CONSENT),
        )),
        "refuse": Step("登记信访人不同意", (_ask("note", "说明", most=2_000),)),
        "accept": Step("接受转介"),
        "decline": Step("不接转介", (_ask("note", "原因", most=2_000),)),
        "visit": Step("登记走访", (
            _ask("at", "时间", "moment"), _ask("how", "方式", "code", choices=_WAYS),
            _ask("summary", "情况", most=5_000),
        )),
        "result": Step("反馈结果", (_ask("result", "结果", most=5_000),)),
        "close": Step("结束转介", (_ask("note", "说明", most=2_000),)),
        "withdraw": Step("登记撤回同意", (_ask("note", "说明", most=2_000),), danger=True),
    },
    readers=(*READERS, "partner"),
)  # fmt: skip

RECEPTION_DAYS = Thing(
    slug="reception-days", title="领导接访日", path="/v1/reception-days", icon="calendar-event",
    states={}, filter="",
    heading=Fact("leader_title", "接访领导"), none_yet="还没有安排接访日。",
    columns=(
        Fact("starts_at", "开始", "moment"), Fact("ends_at", "结束", "moment"),
        Fact("place", "地点"), Fact("booked", "已约", "count"), Fact("slots", "名额", "count"),
    ),
    facts=(
        Fact("starts_at", "开始", "moment"), Fact("ends_at", "结束", "moment"),
        Fact("place", "地点"), Fact("public", "对群众公布", "flag"),
        Fact("booked", "已约", "count"), Fact("slots", "名额", "count"),
    ),
    begin=Step("安排接访日", (
        _LEADER, _ask("starts_at", "开始时间", "moment"), _ask("ends_at", "结束时间", "moment"),
        _ask("place", "地点", "line", most=200),
        _ask("public", "对群众公布", "flag", hint="只公布时间、地点和领导职务"),
        _ask("slots", "名额", "whole"),
    )),
    beginners=OFFICE,
    steps={
        "book": Step("预约", (_CASE,), end="bookings"),
        "cancel": Step("取消接访日", (_REASON,), danger=True),
    },
)  # fmt: skip

THINGS = {
    thing.slug: thing
    for thing in (INSTRUCTIONS, TASKS, MEETINGS, CHARGES, ADVICE, REFERRALS, RECEPTION_DAYS)
}
BOOKING_STEPS = {
    "receive": Step("已接访", (_ask("result", "接访情况", most=10_000),)),
    "miss": Step("未到", (_ask("result", "情况说明", most=10_000),)),
    "cancel": Step("取消预约", (_ask("result", "原因", most=10_000),), danger=True),
}
