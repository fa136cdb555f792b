"""What can be done with a petition beside its case: each a small form that a table describes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from console.domain.petition_form import Sent, office_moment, one


@dataclass(frozen=True)
class Field:
    """A field: `kind` is line, text, day, moment, flag, medium or channel."""

    name: str
    title: str
    kind: str = "text"
    required: bool = False
    most: int = 500
    hint: str = ""


@dataclass(frozen=True)
class Act:
    """Something to do: where it is posted, for whom, what it asks and says when it is done."""

    path: str
    title: str
    roles: frozenset[str]
    fields: tuple[Field, ...]
    done: str
    says: str = ""
    method: str = "POST"


_REASON = Field("reason", "理由", required=True)
_CLERKS = frozenset({"registrar", "dispatcher"})
_SENDERS = frozenset({"registrar", "dispatcher", "handler", "unit_head", "supervisor"})
_LEADER = frozenset({"leader"})

ACTS: Mapping[str, Act] = {
    "supplements": Act(
        "supplements",
        "登记补充材料",
        frozenset({"registrar"}),
        (
            Field("channel", "渠道", "channel", required=True),
            Field("content", "补充的内容", required=True, most=50_000),
            Field("received_at", "收到时间", "moment", hint="不填即为现在。"),
        ),
        "补充材料已归入此件。",
        "信访人后来补充的情况归入原件，不另行登记。纸质材料请上传为附件。",
    ),
    "supplement-requests": Act(
        "supplement-requests",
        "请信访人补充材料",
        _SENDERS,
        (
            Field("what", "需要补充什么", required=True, most=2_000),
            Field("until", "最迟日期", "day", required=True),
        ),
        "已请信访人补充，信访人查询时可以看到。",
    ),
    "notify": Act(
        "notify",
        "更改告知方式",
        _SENDERS,
        (
            Field("channel", "信访人通过什么渠道提出", "channel", required=True),
            Field("medium", "告知方式", "medium"),
            Field("wechat_id", "微信用户标识", "line", most=64, hint="选择微信时必填。"),
            Field("consent_to_electronic_service", "信访人同意电子送达", "flag"),
        ),
        "告知方式已更改。",
        method="PUT",
    ),
    "void": Act(
        "void",
        "作废此件",
        _CLERKS,
        (
            _REASON,
            Field("instead", "正确的信访件编号", "line", most=20, hint="另有正确登记的填写。"),
        ),
        "此件已作废。",
        "只用于不应当登记的件，如重复录入；已受理的不能作废。编号和经过保留。",
    ),
    "hold": Act("hold", "暂不清除个人信息", _LEADER, (_REASON,), "已暂停清除。"),
    "lift_hold": Act("lift_hold", "解除暂停清除", _LEADER, (_REASON,), "已解除。"),
    "erase": Act(
        "erase",
        "清除个人信息",
        _LEADER,
        (_REASON,),
        "个人信息和内容已清除。",
        "清除后不能恢复。事项未办结的、暂停清除的，不能清除。",
    ),
}


def read(act: Act, sent: Sent) -> dict[str, Any]:
    """What was typed, as the service takes it; what is empty is left out."""
    body: dict[str, Any] = {}
    for field in act.fields:
        typed = one(sent, field.name)
        if field.kind == "flag":
            body[field.name] = bool(typed)
        elif typed:
            body[field.name] = office_moment(typed) if field.kind == "moment" else typed
    return body
