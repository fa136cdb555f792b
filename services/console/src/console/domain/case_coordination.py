"""What is asked for beside the procedure: contacts, instructions, charges, tasks, referrals.

Ways and codes are routing's (coordination.py); every form is made of these as action forms are.
"""

from dataclasses import dataclass
from typing import Any

from console.domain.forms import ask

CONTACT_WAYS = {
    "phone": "电话",
    "visit": "上门走访",
    "interview": "当面约谈",
    "letter": "书信",
    "online": "网上",
    "message": "短信",
    "other": "其他",
}
CONTACT = [
    ask("at", "时间", "moment", required=True),
    ask("how", "方式", "code", required=True, choices=CONTACT_WAYS),
    ask("reached", "是否联系上", "flag", required=True),
    ask(
        "summary",
        "联系情况",
        "text",
        required=True,
        most=5000,
        hint="说了什么、约定了什么；不写电话号码、证件号码",
    ),
]
SUPPLEMENT_REQUEST = [
    ask("what", "要补充什么", "text", required=True, least=2, most=2000, hint="信访人会收到这段话"),
    ask("until", "最迟哪一天", "day", required=True),
]


@dataclass(frozen=True)
class Thing:
    """A thing of coordination on one case: where it is listed and begun, by whom, with what."""

    code: str
    title: str
    add: str
    listed_at: str
    begun_at: str
    roles: tuple[str, ...]
    asks: tuple[dict[str, Any], ...]
    page: str


_OFFICE = ("dispatcher", "supervisor", "leader")
_STAFF = ("registrar", "dispatcher", "handler", "unit_head", "supervisor", "reviewer", "leader")

THINGS = {
    thing.code: thing
    for thing in (
        Thing(
            "instructions",
            "领导批示",
            "登记批示",
            "/v1/instructions",
            "/v1/cases/{case}/instructions",
            _OFFICE,
            (
                ask("leader_title", "领导职务", "line", required=True, most=100, hint="只写职务"),
                ask("text", "批示内容", "text", required=True, most=5000),
                ask("unit", "由哪个单位回复", "unit", hint="不选的，由承办单位回复"),
                ask("due_day", "回复期限", "day"),
            ),
            "/office/instructions",
        ),
        Thing(
            "charges",
            "领导包案",
            "确定包案领导",
            "/v1/charges",
            "/v1/cases/{case}/charges",
            _OFFICE,
            (
                ask("leader_title", "领导职务", "line", required=True, most=100, hint="只写职务"),
                ask("note", "说明", "text", most=2000),
            ),
            "/office/charges",
        ),
        Thing(
            "tasks",
            "任务",
            "下达任务",
            "/v1/tasks",
            "/v1/tasks",
            _OFFICE,
            (
                ask("title", "任务", "line", required=True, most=200),
                ask("detail", "要求", "text", required=True, most=10000),
                ask("unit", "责任单位", "unit", required=True),
                ask("due_day", "完成期限", "day", required=True),
            ),
            "/office/tasks",
        ),
        Thing(
            "referrals",
            "社会组织转介",
            "拟转介",
            "/v1/referrals",
            "/v1/cases/{case}/referrals",
            _STAFF,
            (
                ask("partner", "社会组织", "unit", required=True),
                ask("title", "名称", "line", required=True, most=200, hint="社会组织看得到"),
                ask(
                    "need",
                    "需要什么帮助",
                    "text",
                    required=True,
                    most=5000,
                    hint="社会组织只看得到名称和这一段，不写姓名、电话",
                ),
            ),
            "/office/referrals",
        ),
    )
}


def body_for(thing: Thing, typed: dict[str, Any], case_id: str) -> dict[str, Any]:
    """What begins the thing; a task says that it comes from the case."""
    if thing.code != "tasks":
        return typed
    return typed | {"source": "case", "source_id": case_id, "case_ids": [case_id]}
