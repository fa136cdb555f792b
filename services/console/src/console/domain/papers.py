"""What a paper states, put into a form and read out of it: texts, lists, days, tables."""

from collections.abc import Callable, Mapping
from typing import Any

from console.domain.forms import ask

_EMPTY_ROWS = 2
_ROWS_MOST = 60

DRAWN_BY = {"office": "信访部门", "unit": "承办单位", "review": "复查复核机关"}
TYPES = {
    "text": "文字",
    "lines": "多段文字",
    "whole": "整数",
    "day": "日期",
    "list": "列表",
    "rows": "表格",
}
SERVICE = [
    ask(
        "method",
        "送达方式",
        "code",
        required=True,
        choices={
            "direct": "直接送达",
            "family": "同住成年家属签收",
            "agent": "代理人签收",
            "post": "挂号邮寄",
            "left": "留置送达",
            "electronic": "电子送达",
            "notice": "公告送达",
        },
    ),
    ask(
        "received_on",
        "收到日期",
        "day",
        hint="以签收、回执上的日期为准",
        needed_for={"method": ["direct", "family", "agent", "post", "left"]},
    ),
    ask(
        "signed_by",
        "签收人",
        "line",
        most=100,
        needed_for={"method": ["direct", "family", "agent"]},
    ),
    ask(
        "relation",
        "签收人与信访人关系",
        "line",
        most=100,
        hint="例如配偶、父母、成年子女",
        needed_for={"method": ["family"]},
    ),
    ask(
        "sent_on",
        "寄出或者发送日期",
        "day",
        needed_for={"method": ["post", "electronic"]},
    ),
    ask("tracking_no", "挂号单号", "line", most=50, needed_for={"method": ["post"]}),
    ask(
        "witnesses",
        "见证人",
        "lines",
        hint="两名以上；没有见证人的须有录像",
        needed_for={"method": ["left"]},
    ),
    ask("video", "录像存放处", "line", most=200, needed_for={"method": ["left"]}),
    ask(
        "consent_on",
        "同意电子送达的日期",
        "day",
        hint="不晚于发送日期",
        needed_for={"method": ["electronic"]},
    ),
    ask("published_on", "公告日期", "day", needed_for={"method": ["notice"]}),
    ask("published_in", "公告载体", "line", most=200, needed_for={"method": ["notice"]}),
]
"""What proves the service of a paper (送达回证), by method (routing's service.py)."""


def stated(elements: list[dict[str, Any]], sent: Callable[[str], list[str]]) -> dict[str, Any]:
    """What a paper states, from what was typed; an element left empty is left out."""
    found = {one["name"]: _read(one, sent) for one in elements}
    return {name: value for name, value in found.items() if value not in ("", [], None)}


def rows_to_fill(element: Mapping[str, Any], rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows of a table and some empty ones to add."""
    blank: dict[str, str] = dict.fromkeys(element["columns"], "")
    return [*rows, *(dict(blank) for _ in range(_EMPTY_ROWS))]


def _read(one: Mapping[str, Any], sent: Callable[[str], list[str]]) -> Any:
    name = f"field-{one['name']}"
    typed = "\n".join(sent(name)).strip()
    if one["type"] == "list":
        return [line.strip() for line in typed.splitlines() if line.strip()]
    if one["type"] == "rows":
        return _read_rows(name, one["columns"], sent)
    if one["type"] == "whole" and typed.isdecimal():
        return int(typed)
    return typed


def _read_rows(
    name: str, columns: Mapping[str, str], sent: Callable[[str], list[str]]
) -> list[dict[str, str]]:
    rows = []
    for at in range(1, _ROWS_MOST + 1):
        row = {column: "".join(sent(f"{name}-{at}-{column}")).strip() for column in columns}
        if any(row.values()):
            rows.append(row)
    return rows
