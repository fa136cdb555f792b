"""What the list of cases is narrowed by: each filter's name, and what its values are called.

A page asks in days of the office; routing is asked in times. A last day counts whole, so it ends
with the beginning of the day after it.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from console.domain.stages import STAGES
from shared.clock import OFFICE_TZ
from shared.states import NAMES as STATES

CASE_NO, PETITION_NO = re.compile(r"XS\d{6,18}\Z"), re.compile(r"XF\d{6,18}\Z")
PURPOSES = {
    "petition": "申诉求决",
    "suggestion": "建议意见",
    "accusation": "检举控告",
    "inquiry": "咨询",
}
SORTS = {"newest": "最新收到在前", "due": "最近到期在前"}
STAGE_NAMES = {name: name for name in (*STAGES[1:], "办结")}

FILTERS = {
    "title": "标题含",
    "stage": "阶段",
    "state": "状态",
    "unit": "承办单位",
    "category": "内容分类",
    "purpose": "信访目的",
    "handler": "承办人",
    "received_from": "收到时间从",
    "received_to": "收到时间到",
    "due_before": "到期不晚于",
    "overdue": "超期",
    "petition_id": "同一信访件",
    "sort": "排序",
}
"""In the order of the chips."""
WORDS = frozenset({"title", "handler"})
"""What somebody may type of a person or a secret matter: never readable in an address."""
_DAYS = frozenset({"received_from", "received_to", "due_before"})
_WHOLE = frozenset({"received_to", "due_before"})


@dataclass(frozen=True)
class Chip:
    """An active filter as it is shown, and what is left asked for without it."""

    name: str
    title: str
    said: str
    rest: dict[str, str]


def asked_of(sent: Mapping[str, str]) -> dict[str, str]:
    """The filters that are set."""
    kept = {name: sent.get(name, "").strip() for name in FILTERS}
    if kept["sort"] == "newest":
        kept["sort"] = ""
    return {name: value for name, value in kept.items() if value}


def for_routing(asked: Mapping[str, str]) -> dict[str, str]:
    """The same as routing takes it: days as times."""
    return {name: _time(name, value) if name in _DAYS else value for name, value in asked.items()}


def chips(asked: Mapping[str, str], names: Mapping[str, Mapping[str, str]]) -> list[Chip]:
    """Each active filter in words; `names` says what codes of units and categories are called."""
    tables: dict[str, Mapping[str, str]] = {
        "state": STATES,
        "purpose": PURPOSES,
        "sort": SORTS,
        "overdue": {"true": "是"},
        "petition_id": {asked.get("petition_id", ""): "是"},
    }
    tables |= names
    return [
        Chip(
            name,
            title,
            tables.get(name, {}).get(asked[name], asked[name]),
            {other: value for other, value in asked.items() if other != name},
        )
        for name, title in FILTERS.items()
        if name in asked
    ]


def _time(name: str, value: str) -> str:
    try:
        day = dt.date.fromisoformat(value)
    except ValueError:
        return value
    if name in _WHOLE:
        day += dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(), OFFICE_TZ).isoformat()


def category_choices(categories: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Categories by code, those below another set in."""
    return {one["code"]: "　" * one["code"].count(".") + one["name"] for one in categories}
