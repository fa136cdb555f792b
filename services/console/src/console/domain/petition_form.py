"""The form of a registration: what was typed, as the JSON that every channel posts.

Fields are named as the service names them (`petitioner.phone`, `agents.0.name`), so that the reason
for one stands at it. What is left empty is left out; what is no number or time goes as it was
typed, so that the service says what is wrong with it.
"""

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from shared.clock import OFFICE_TZ

Sent = Callable[[str], list[str]]
"""All that a browser sent under a name."""

WORDS = ("title", "content", "claim", "course", "place", "place_code")
CODES = ("channel", "purpose", "addressee", "mailbox")
NUMBERS = ("people", "affected")
FLAGS = ("joint", "urgent", "threat", "litigation", "secrecy", "publish_consent")
PERSON = ("name", "phone", "id_number", "address", "email")
ROWS = ("agents", "representatives", "cosigners")
"""The lists of those beside the petitioner."""
_PLACES = 600
"""Where rows of a list are looked for: beyond what any may have, so that the service, and not the
page, says that there are too many."""

NAMES = {
    "channel": "渠道",
    "title": "标题",
    "content": "反映的情况",
    "claim": "诉求",
    "course": "此前的信访经过",
    "place": "事发地点",
    "place_code": "地点",
    "purpose": "信访目的",
    "proceedings": "其他程序",
    "people": "信访人数",
    "affected": "涉及人数",
    "joint": "联名、集体信访",
    "urgent": "情况紧急",
    "threat": "扬言",
    "litigation": "涉法涉诉",
    "secrecy": "要求保密",
    "addressee": "收件单位",
    "mailbox": "政府信箱",
    "publish_consent": "同意公开",
    "received_at": "收到时间",
    "petitioner": "信访人",
    "agents": "代理人",
    "representatives": "代表人",
    "cosigners": "联名人",
    "companions": "同行人",
    "notify": "告知方式",
    "name": "姓名",
    "phone": "联系电话",
    "id_number": "证件号码",
    "address": "地址",
    "email": "电子邮箱",
    "relation": "与信访人的关系",
    "authorisation": "授权",
    "signed_on": "授权签署日期",
    "until": "授权截止日期",
    "scope": "授权事项",
    "medium": "告知方式",
    "wechat_id": "微信用户标识",
    "consent_to_electronic_service": "同意电子送达",
    "sheet": "登记单",
    "petition_id": "信访件",
    "petition_no": "信访件编号",
    "outcome": "结果",
    "transferred_to": "转接单位",
    "due_at": "最迟回拨时间",
    "number": "回拨号码",
    "about": "事由",
    "reason": "理由",
    "changes": "更正内容",
}


def read(sent: Sent, *, without: Collection[str] = ()) -> dict[str, Any]:
    """The petition that was typed, but for the fields of which the desk itself knows."""
    body: dict[str, Any] = {name: typed for name in (*WORDS, *CODES) if (typed := one(sent, name))}
    body |= {name: whole(typed) for name in NUMBERS if (typed := one(sent, name))}
    body |= {name: True for name in FLAGS if one(sent, name)}
    if proceedings := [code for code in sent("proceedings") if code]:
        body["proceedings"] = proceedings
    if received := one(sent, "received_at"):
        body["received_at"] = office_moment(received)
    if petitioner := person(sent, "petitioner"):
        body["petitioner"] = petitioner
    body |= {part: listed for part in ROWS if (listed := rows(sent, part))}
    notify: dict[str, Any] = {
        name: typed for name in ("medium", "wechat_id") if (typed := one(sent, f"notify.{name}"))
    }
    if one(sent, "notify.consent_to_electronic_service"):
        notify["consent_to_electronic_service"] = True
    if notify:
        body["notify"] = notify
    return {name: value for name, value in body.items() if name not in without}


def rows(sent: Sent, part: str) -> list[dict[str, Any]]:
    """The rows of a list in which anything was typed."""
    found = []
    for at in range(_PLACES):
        row = person(sent, f"{part}.{at}")
        if part == "agents":
            row |= _authority(sent, f"{part}.{at}")
        if row:
            found.append(row)
    return found


def person(sent: Sent, under: str) -> dict[str, Any]:
    """What was typed of somebody."""
    return {name: typed for name in PERSON if (typed := one(sent, f"{under}.{name}"))}


def _authority(sent: Sent, under: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if relation := one(sent, f"{under}.relation"):
        found["relation"] = relation
    paper = {
        name: typed
        for name in ("signed_on", "until", "scope")
        if (typed := one(sent, f"{under}.authorisation.{name}"))
    }
    return found | ({"authorisation": paper} if paper else {})


def one(sent: Sent, name: str) -> str:
    """What was typed into a field, without the white space around it."""
    return next(iter(sent(name)), "").strip()


def begun(known: Mapping[str, str]) -> dict[str, str]:
    """What a form that is still empty begins with, of all that is known beforehand."""
    return {name: known[name] for name in ("channel", "received_at") if name in known}


def whole(typed: str) -> int | str:
    """A number, or what stood there instead of one."""
    return int(typed) if re.fullmatch(r"\d{1,9}", typed, re.ASCII) else typed


def office_moment(typed: str) -> str:
    """A time of the office's clocks with its offset; what is no time stays as it is."""
    try:
        moment = dt.datetime.fromisoformat(typed)
    except ValueError:
        return typed
    return moment.replace(tzinfo=moment.tzinfo or OFFICE_TZ).isoformat(timespec="seconds")


def minutes(moment: str | None) -> str:
    """A time as a field for day and time shows it, 2026-03-02T09:30."""
    try:
        at = dt.datetime.fromisoformat(moment or "")
    except ValueError:
        return moment or ""
    return at.astimezone(OFFICE_TZ).strftime("%Y-%m-%dT%H:%M") if at.tzinfo else moment or ""


def names_of(fields: Collection[str]) -> dict[str, str]:
    """What each field is called on the page: 代理人1 · 与信访人的关系."""
    return {field: named for field in fields if (named := _named(field))}


def _named(field: str) -> str:
    parts: list[str] = []
    for step in field.split("."):
        if step.isdigit() and parts:
            parts[-1] += str(int(step) + 1)
        elif step in NAMES:
            parts.append(NAMES[step])
    return " · ".join(parts)
