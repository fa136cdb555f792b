"""What an action asks for, said so that nobody need know it beforehand: limits, values, when."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from routing.domain import service
from routing.domain.guards import declining
from routing.domain.guards.answering import CLOSE_REASONS
from routing.domain.procedure import Ask
from routing.domain.scene import Scene

_FOUND_AT = {
    "unit": "/v1/units", "units": "/v1/units", "category": "/v1/categories", "case": "/v1/cases",
}  # fmt: skip
_WRITTEN = {
    "account": "人员账号",
    "accounts": "列表，每项是一个人员账号",
    "case": "另一信访事项的case_id",
    "category": "分类代码，见/v1/categories",
    "code": "填choices中的一个代码",
    "day": "日期，写作2026-03-02",
    "flag": "true或者false",
    "keys": "列表，每项是本件petition_ids中的一个编号",
    "line": "一行文字，最多{most}字",
    "lines": "列表，每项是一行文字，最多{most}字",
    "parts": (
        "列表，每项有purpose（petition、suggestion、accusation、inquiry之一）、title、content，"
        "可以有accused_units、accused_accounts两个列表"
    ),
    "text": "文字，{least}至{most}字",
    "unit": "单位代码，见/v1/units",
    "units": "列表，每项是一个单位代码，见/v1/units",
    "whole": "整数，{least}至{most}",
}
"""How a value of each type of field is written."""
_PAST = ("received_on", "sent_on", "agreed_on", "applied_on", "mailed_on", "notice_on",
         "concluded_on", "published_on", "consent_on")  # fmt: skip
_NEEDED_FOR = {
    "decline": ("ground", declining.NEEDED_FOR),
    **dict.fromkeys(("serve", "serve_review", "serve_re_review"), ("method", service.NEEDED_FOR)),
}
_SENDS = ("forward", "assign")
_MANY_MOST = 50


def asked(ask: Ask, scene: Scene) -> dict[str, Any]:
    """One thing that an action asks for now.

    `written` is how a value is written; `least` and `most` count characters, items or the number
    itself. `found_at` is where values are listed, `values` are all there are, `suggested` is what
    the office would usually put. `needed_for` names, by another field, the choices with which this
    one is required.
    """
    field = ask.field
    least, most = _bounds(ask, scene)
    earliest, latest = _days(ask, scene)
    return {
        "name": ask.name,
        "title": field.title,
        "type": field.type,
        "required": ask.required or ask.name == _NEEDED_FOR.get(scene.action.name, ("",))[0],
        "choices": _choices(ask, scene),
        "hint": field.hint,
        "least": least,
        "most": most,
        "written": _WRITTEN[field.type].format(least=field.least, most=field.most),
        "earliest": earliest,
        "latest": latest,
        "found_at": _FOUND_AT.get(field.type),
        "values": _values(ask, scene),
        "suggested": _suggested(ask, scene),
        "needed_for": _needed_for(ask, scene),
        "members": _PART if field.type == "parts" else [],
    }


def _bounds(ask: Ask, scene: Scene) -> tuple[int | None, int | None]:
    field = ask.field
    if field.type in ("units", "accounts", "lines", "keys", "parts"):
        return (1 if ask.required else 0), _MANY_MOST
    if field.type == "line":
        return 1, field.most
    if field.type not in ("text", "whole"):
        return None, None
    least, most = field.least, field.most
    if ask.name == "reasons":
        least = scene.value("objection_reasons_least")
    if ask.name == "days":
        most = min(most, scene.value("extension_days_most"))
    return least, most


def _days(ask: Ask, scene: Scene) -> tuple[str | None, str | None]:
    if ask.field.type != "day":
        return None, None
    today = scene.day.isoformat()
    if ask.name in _PAST:
        issued = scene.facts.get("issued_on") if "service_proved" in scene.action.guards else None
        return (issued if ask.name not in service.EARLIER_ALLOWED else None), today
    ahead = scene.day + dt.timedelta(days=ask.name == "redo_due")
    return ahead.isoformat(), None


def _choices(ask: Ask, scene: Scene) -> dict[str, str]:
    choices = dict(ask.field.choices)
    if "close_reason_holds" not in scene.action.guards:
        return choices
    state = scene.case["state"]
    return {code: name for code, name in choices.items() if state in CLOSE_REASONS[code]}


def _values(ask: Ask, scene: Scene) -> list[str]:
    if ask.name != "petition_ids":
        return []
    gone = set(scene.facts.get("withdrawn", ()))
    return [one for one in scene.case["petition_ids"] if one not in gone]


def _suggested(ask: Ask, scene: Scene) -> str | None:
    hints: Mapping[str, Any] = scene.case.get("suggestion") or {}
    if ask.field.type == "category":
        return scene.case["category"] or hints.get("category")
    if scene.action.name in _SENDS and ask.name == "unit" and not scene.case["secret"]:
        return hints.get("unit") or None
    return None


def _needed_for(ask: Ask, scene: Scene) -> dict[str, list[str]]:
    by, fields = _NEEDED_FOR.get(scene.action.name, ("", {}))
    needed = fields.get(ask.name, ())
    return {by: list(needed)} if needed else {}


_PART = [
    {"name": "purpose", "title": "信访目的", "required": True},
    {"name": "title", "title": "标题（最多200字）", "required": True},
    {"name": "content", "title": "内容（最多50000字）", "required": True},
    {"name": "accused_units", "title": "被反映单位（单位代码）", "required": False},
    {"name": "accused_accounts", "title": "被反映人账号", "required": False},
]
