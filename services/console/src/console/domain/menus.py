"""The menu of the staff pages: which page is for which role."""

from collections.abc import Set
from dataclasses import dataclass

from console.domain.roles import NAMES


@dataclass(frozen=True)
class Entry:
    """A page in the menu; without roles it is for all staff."""

    path: str
    title: str
    icon: str
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Group:
    """Pages that belong together, under one heading."""

    title: str
    entries: tuple[Entry, ...]


def _entry(path: str, title: str, icon: str, *roles: str) -> Entry:
    return Entry(path, title, icon, frozenset(roles))


INSIDE = tuple(role for role in NAMES if role != "partner")
BUREAU = ("registrar", "dispatcher", "supervisor", "leader")
DESKS = ("registrar", "dispatcher", "leader")
CLERKS = ("registrar", "dispatcher")
IDENTIFIERS = ("registrar", "dispatcher", "handler", "unit_head", "reviewer")
HANDLING = ("dispatcher", "handler", "unit_head", "reviewer", "supervisor", "leader")
OVERSIGHT = ("admin", "leader", "supervisor", "auditor")
AUDIT = ("auditor", "supervisor", "leader")

MENU = (
    Group(
        "办理",
        (
            _entry("/office", "我的工作", "inbox"),
            _entry("/office/cases", "信访事项", "folder2-open", *INSIDE),
            _entry("/office/overdue", "超期事项", "alarm", *HANDLING),
            _entry("/office/approvals", "意见审批", "pen", "unit_head", "leader"),
            _entry("/office/handbook", "办理手册", "book"),
        ),
    ),
    Group(
        "登记",
        (
            _entry("/office/register", "登记信访件", "plus-square", "registrar"),
            _entry("/office/calls", "热线", "telephone", *DESKS),
            _entry("/office/reception", "接访", "person-lines-fill", *DESKS),
            _entry("/office/letters", "来信", "envelope", *CLERKS),
            _entry("/office/proposals", "疑似重复件", "files", *BUREAU),
            _entry("/office/suspicions", "疑似检举控告", "shield-lock", "dispatcher", "leader"),
            _entry("/office/unread", "未能读取", "envelope-exclamation", *CLERKS),
            _entry("/office/persons", "查信访人", "person-badge", *IDENTIFIERS),
        ),
    ),
    Group(
        "统筹",
        (
            _entry("/office/today", "今日情况", "bar-chart", "leader", "supervisor"),
            _entry("/office/instructions", "批示", "vector-pen", *HANDLING),
            _entry("/office/tasks", "任务", "list-check", *HANDLING),
            _entry("/office/meetings", "会议", "people", *HANDLING),
            _entry("/office/charges", "领导包案", "person-check", *HANDLING),
            _entry(
                "/office/reception-days", "领导接访日", "calendar-event", *HANDLING, "registrar"
            ),
            _entry("/office/advice", "三项建议", "lightbulb", *HANDLING),
            _entry("/office/referrals", "社会组织转介", "arrow-left-right", *HANDLING, "partner"),
        ),
    ),
    Group(
        "管理",
        (
            _entry("/office/units", "单位与职责", "diagram-3", "admin"),
            _entry("/office/calendar", "工作日历", "calendar3", *OVERSIGHT),
            _entry("/office/templates", "文书模板", "file-earmark-text", "admin", "leader"),
            _entry("/office/procedure", "程序与分类校验", "clipboard-check", "admin"),
            _entry("/office/channels", "渠道与信箱", "signpost", *OVERSIGHT),
            _entry("/office/dead-events", "失败的消息", "bug", "admin"),
            _entry("/office/audit", "审计", "journal-check", *AUDIT),
        ),
    ),
)
"""Roles as the services let them in; a page whose service refuses says so itself."""


def of(roles: Set[str]) -> list[Group]:
    """What somebody with these roles finds in the menu."""
    shown = []
    for group in MENU:
        entries = tuple(one for one in group.entries if not one.roles or one.roles & roles)
        if entries:
            shown.append(Group(group.title, entries))
    return shown
