"""What the timeline keeps of each event, and the line that it says of it.

    event data --facts_of--> codes, names from tables, days --line_of--> one sentence

Never a title, a text or a reply. Vocabularies are open: a word that is not known is said as it is.
"""

import datetime as dt
import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.clock import long_day
from shared.states import name_of

Facts = dict[str, Any]


def _nothing_more(_data: Mapping[str, Any]) -> Facts:
    return {}


@dataclass(frozen=True)
class Told:
    """A line in pieces, each said where all its facts are known; and where facts come from."""

    pieces: tuple[str, ...]
    header: tuple[str, ...] = ()
    event: tuple[str, ...] = ()
    more: Callable[[Mapping[str, Any]], Facts] = _nothing_more


def _new_end(data: Mapping[str, Any]) -> Facts:
    """The day by which an extended case is to be answered (T22 Art.34)."""
    days = [clock["due_day"] for clock in data["header"]["clocks"] if clock["id"] in ("D5", "D6")]
    return {"due_day": max(days).isoformat()} if days else {}


def _number_of_joined(data: Mapping[str, Any]) -> Facts:
    """The number of the petition that joined, where ids and numbers stand in pairs."""
    ids, numbers = data["header"]["petition_ids"], data["header"]["petition_nos"]
    if len(ids) != len(numbers):
        return {}
    return {"petition_no": dict(zip(ids, numbers, strict=True)).get(data["petition_id"])}


_LEAD = ("lead_unit", "lead_unit_name")
_DAYS = frozenset({"report_due", "due_day", "due"})

TOLD: Mapping[str, Told] = {
    "case.opened.v1": Told(("信访事项已登记。",), ("channel", "purpose")),
    "case.classified.v1": Told(
        ("确定内容分类", "为“{category_name}”", "。"), ("category", "category_name")
    ),
    "case.forwarded.v1": Told(("转送", "{lead_unit_name}", "办理。"), (*_LEAD, "co_units")),
    "case.assigned.v1": Told(
        ("交", "{lead_unit_name}", "办理", "，要求于{report_due}前反馈结果", "。"),
        (*_LEAD, "co_units", "report_due"),
    ),
    "case.accepted.v1": Told(("{lead_unit_name}", "受理信访事项。"), _LEAD),
    "case.replied.v1": Told(("{lead_unit_name}", "出具处理意见。"), _LEAD),
    "case.served.v1": Told(("处理意见已送达信访人。",), _LEAD),
    "case.closed.v1": Told(("信访事项办结", "：{close_reason}", "。"), ("close_reason",)),
    "case.joined.v1": Told(
        ("信访件", "{petition_no}", "反映同一事项，并入一并办理。"),
        event=("petition_id",),
        more=_number_of_joined,
    ),
    "case.objected.v1": Told(("{lead_unit_name}", "对管辖提出异议，等待核实。"), _LEAD),
    "case.declined.v1": Told(
        ("决定", "{state}", "：{ground}", "。"), header=("state",), event=("ground",)
    ),
    "case.channelled.v1": Told(
        ("{lead_unit_name}", "将信访事项导入法定程序", "：{route}", "。"), _LEAD, ("route",)
    ),
    "case.extended.v1": Told(
        ("经批准延期办理", "，应于{due_day}前办结", "。"), _LEAD, more=_new_end
    ),
    "case.review_opened.v1": Told(("信访人申请", "{level}", "，已开始审查。"), event=("level",)),
    "case.review_decided.v1": Told(
        ("作出", "{level}", "意见", "：{decision}", "。"), event=("level", "decision")
    ),
    "case.terminated.v1": Told(("复核意见已送达，信访事项终结。",)),
    "case.merged.v1": Told(("并入同一事项的案件，一并办理。",), event=("into",)),
    "case.withdrawn.v1": Told(("信访人撤回信访事项。",)),
    "case.moved.v1": Told(
        ("{action_name}", "。"), header=("state",), event=("action", "action_name")
    ),
    "case.noted.v1": Told(
        ("{kind_name}", "，期限{due}", "。"), event=("kind", "kind_name", "unit", "due")
    ),
    "document.issued.v1": Told(
        ("制发文书", "，文号{number}", "。"), event=("document_id", "kind", "number", "unit")
    ),
}
CASE_EVENTS = tuple(name for name in TOLD if name.startswith("case."))

WORDS: Mapping[str, Mapping[str, str]] = {
    "close_reason": {
        "served": "处理意见已送达",
        "settled": "调解或者和解",
        "withdrawn": "信访人撤回",
        "no_contact": "姓名住址不清，无法答复",
        "deceased": "信访人死亡或者组织终止且无继受人",
        "review_lapsed": "期满未申请复查（复核）",
        "reported": "办结报告审核通过",
        "other": "其他",
    },
    "ground": {
        "N1": "已受理或者正在办理，又向上级提出",
        "N2": "处理（复查）意见已出具，尚在申请复查（复核）期限内",
        "N3": "已有复核意见，以同一事实和理由提出",
        "N4": "越级走访",
        "N7": "逾期未申请复查（复核）",
    },
    "route": {
        "litigation": "诉讼",
        "arbitration": "仲裁",
        "party": "党员申诉",
        "administrative": "行政复议、裁决、确认、许可、处罚等行政程序",
    },
    "level": {"review": "复查", "re_review": "复核"},
    "decision": {
        "uphold": "维持",
        "change": "变更",
        "annul": "撤销",
        "redo": "责令重新办理",
    },
}


def facts_of(type_: str, data: Mapping[str, Any]) -> Facts:
    """What the timeline keeps of an event, from the header as it then was and from the event."""
    told, header = TOLD[type_], data.get("header", {})
    found = {name: header.get(name) for name in told.header}
    found |= {name: data.get(name) for name in told.event}
    return {name: value for name, value in (found | told.more(data)).items() if value}


def line_of(type_: str, facts: Mapping[str, Any]) -> str:
    """The sentence for an entry; what is not known is left out of it."""
    if type_ not in TOLD:
        return type_
    words = {name: _word(name, value) for name, value in facts.items()}
    return "".join(
        piece.format_map(words) for piece in TOLD[type_].pieces if _needs(piece) <= words.keys()
    )


def _word(name: str, value: Any) -> str:
    if name == "state":
        return name_of(value)
    if name in _DAYS:
        return long_day(dt.date.fromisoformat(str(value)))
    return WORDS.get(name, {}).get(str(value), str(value))


def _needs(piece: str) -> set[str]:
    parsed: Iterable[tuple[Any, str | None, Any, Any]] = string.Formatter().parse(piece)
    return {name for _, name, _, _ in parsed if name}
