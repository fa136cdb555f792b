"""Actions and clocks in words: who does what, by when, and what the system looks at."""

from typing import Any

from routing.domain.procedure import BACK, DUTY, SAME, Action, Ask, ClockRule, Procedure
from routing.handbook.standards import Standards
from routing.handbook.texts import Texts

_SEATS = {
    "lead": "代表牵头承办单位",
    "part": "代表会办单位",
    "office": "信访部门",
    "body": "代表复查复核机关",
}
_TYPES = {
    "account": "人员账号", "accounts": "人员账号（可多个）", "case": "信访事项", "category": "分类",
    "code": "选项", "day": "日期", "flag": "是或否", "keys": "信访件（可多件）", "line": "一行文字",
    "lines": "多行文字", "parts": "拆分清单", "text": "文字", "unit": "单位",
    "units": "单位（可多个）", "whole": "整数",
}  # fmt: skip
_DOINGS = {
    "open": "登记",
    "open_at_unit": "直接向本单位提出的登记",
    "taken_over": "直接向单位提出的检举控告由信访部门收回",
    "claimed": "已受理的建议意见改为申诉求决",
    "redo": "送达责令重新办理的意见",
    "review_asked": "收到复查复核申请",
    "review_accepted": "受理复查复核申请",
}


def length_of(procedure: Procedure, clock: ClockRule) -> str:
    """How long a clock runs, in words."""
    if clock.extends:
        return f"在{clock.extends}之后再加，最多{procedure.value('extension_days_most')}日"
    if clock.shares:
        return f"与{clock.shares}同日届满"
    if clock.until:
        return f"到函件载明的{procedure.fields[clock.until].title}"
    if clock.working_days:
        return f"{clock.working_days}个工作日"
    return f"{clock.months}个月" if clock.months else f"{clock.days}日"


def _short(clock: ClockRule) -> str:
    if clock.extends:
        return "延长"
    if clock.shares:
        return f"同{clock.shares}"
    if clock.until:
        return "函定日期"
    if clock.working_days:
        return f"{clock.working_days}工作日"
    return f"{clock.months}个月" if clock.months else f"{clock.days}日"


def clock_row(procedure: Procedure, texts: Texts, clock: ClockRule) -> dict[str, Any]:
    """A clock in words: how long, from when, what settles it, for whom not."""
    purposes = procedure.fields["purpose"].choices
    return {
        "id": clock.id,
        "name": clock.name,
        "duty": clock.kind == DUTY,
        "length": length_of(procedure, clock),
        "short": _short(clock),
        "first_day": _first_day(texts, clock),
        "starts": [_doing(procedure, name) for name in clock.starts_on],
        "settles": [_doing(procedure, name) for name in clock.settled_by],
        "cancels": [_doing(procedure, name) for name in clock.cancelled_by],
        "not_for": [purposes[purpose] for purpose in clock.not_for],
        "pauses": clock.pauses,
        "off": clock.when is not None and not procedure.value(clock.when),
        "when": clock.when and procedure.parameters[clock.when].title,
        "basis": clock.basis,
    }


def _first_day(texts: Texts, clock: ClockRule) -> str:
    """Which day is the first; nothing where no days are counted from there."""
    counted = not (clock.until or clock.shares or clock.extends)
    return texts.first_days[clock.first_day] if counted else ""


def action_row(standards: Standards, action: Action) -> dict[str, Any]:
    """An action in words: who, from where to where, by when, what it asks, checks and yields."""
    procedure = standards.procedure
    return {
        "name": action.name,
        "title": action.title,
        "basis": action.basis,
        "advice": standards.texts.actions[action.name],
        "who": _who(standards, action),
        "from": _from(procedure, action),
        "to": _to(procedure, action),
        "asks": [_ask(ask) for ask in action.asks.values()],
        "guards": action.guards,
        "clocks": _clocks(procedure, action),
        "documents": [_paper(standards, name) for name in action.documents],
        "notices": [_paper(standards, name) for name in action.notices],
    }


def _from(procedure: Procedure, action: Action) -> list[dict[str, str]]:
    """Its states, or none where it is allowed in all of them."""
    if len(action.from_) == len(procedure.states):
        return []
    return [{"code": code, "name": procedure.states[code].name} for code in action.from_]


def _to(procedure: Procedure, action: Action) -> dict[str, str]:
    if action.to == SAME:
        return {"code": "", "name": "状态不变"}
    if action.to == BACK:
        return {"code": "", "name": "回到原来的状态"}
    return {"code": action.to, "name": procedure.states[action.to].name}


def _who(standards: Standards, action: Action) -> list[str]:
    """Each seat in words: which posts, acting for whom."""
    found = []
    for seat in action.who:
        names = [p.name for p in standards.posts.values() if set(p.roles) & set(seat.roles)]
        if names:
            found.append(f"{'、'.join(names)}（{_SEATS[seat.seat]}）")
    return found or ["系统自动"]


def who_short(standards: Standards, action: Action) -> str:
    """The posts that may take an action."""
    names = [p.name for p in standards.posts.values() if set(p.roles) & action.roles]
    return "、".join(names) or "系统自动"


def _ask(ask: Ask) -> dict[str, Any]:
    field = ask.field
    bounds = ""
    if field.type == "whole":
        bounds = f"{field.least}至{field.most}"
    elif field.type in ("text", "line"):
        bounds = f"最多{field.most}字"
    return {
        "title": field.title,
        "type": _TYPES[field.type],
        "required": ask.required,
        "choices": list(field.choices.values()),
        "bounds": bounds,
        "hint": field.hint,
    }


def _clocks(procedure: Procedure, action: Action) -> list[dict[str, str]]:
    """What an action starts, settles and cancels."""
    doings = {action.name}
    if procedure.value("answer_met_by") == action.name:
        doings.add("answer")
    found = []
    for clock in procedure.clocks.values():
        for does, names in (
            ("开始计算", clock.starts_on), ("办完", clock.settled_by), ("停止", clock.cancelled_by),
        ):  # fmt: skip
            if doings & set(names):
                length = length_of(procedure, clock)
                found.append({"id": clock.id, "name": clock.name, "does": does, "length": length})
    return found


def _doing(procedure: Procedure, name: str) -> str:
    """An action's title; what is none has a word of its own."""
    if name == "answer":
        name = procedure.value("answer_met_by")
    return _DOINGS[name] if name in _DOINGS else procedure.actions[name].title


def _paper(standards: Standards, name: str) -> dict[str, str]:
    """A paper's name and where its sample is; the latter empty where it has none."""
    known = standards.catalogue.documents
    code = name if name in known else standards.texts.papers[name]
    document = known.get(code)
    return {"code": code, "name": document.name} if document else {"code": "", "name": code}
