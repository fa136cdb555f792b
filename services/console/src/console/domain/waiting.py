"""What waits outside the cases, for the roles that may deal with it: where it is counted and done.

A count is of the first page of the very list that it leads to, so both always agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

_BUREAU = ("registrar", "dispatcher")
COUNTED = 100
"""As many as one page holds; what is more is shown as "100+"."""


@dataclass(frozen=True)
class Waits:
    """A list of another service: what it is called, for whom, and how it is asked."""

    name: str
    title: str
    icon: str
    page: str
    roles: frozenset[str]
    service: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)


def _waits(
    name: str,
    title: str,
    icon: str,
    page: str,
    roles: tuple[str, ...],
    *,
    asked: str,
    **params: str,
) -> Waits:
    service, _, path = asked.partition(" ")
    return Waits(name, title, icon, page, frozenset(roles), service, path, params)


WAITING = (
    _waits("calls", "未了结的来电", "telephone", "/office/calls", (*_BUREAU, "leader"),
           asked="intake /v1/calls", state="open"),
    _waits("callbacks", "待回电", "telephone-outbound", "/office/calls", (*_BUREAU, "leader"),
           asked="intake /v1/callbacks", state="open"),
    _waits("letters", "来信待登记", "envelope", "/office/letters", _BUREAU,
           asked="intake /v1/incoming-letters", state="waiting"),
    _waits("suspicions", "疑似检举控告待认定", "shield-lock", "/office/suspicions",
           ("dispatcher", "leader"), asked="intake /v1/suspicions"),
    _waits("proposals", "疑似重复件待认定", "files", "/office/proposals",
           (*_BUREAU, "supervisor", "leader"), asked="intake /v1/matter-proposals"),
    _waits("unread", "未能读取的来件", "envelope-exclamation", "/office/unread", _BUREAU,
           asked="intake /v1/unread", state="open"),
    _waits("alarms", "登记后未立案的信访件", "exclamation-diamond", "/office/overdue",
           ("registrar", "dispatcher", "supervisor", "leader"), asked="supervision /v1/alarms"),
    _waits("instructions", "批示待回复", "vector-pen", "/office/instructions?state=given",
           ("handler", "unit_head", "dispatcher", "supervisor", "leader"),
           asked="routing /v1/instructions", state="given"),
    _waits("tasks", "未完成的任务", "list-check", "/office/tasks",
           ("handler", "unit_head", "dispatcher", "supervisor", "leader"),
           asked="routing /v1/tasks"),
    _waits("referrals", "转介给本组织的需求", "arrow-left-right", "/office/referrals",
           ("partner",), asked="routing /v1/referrals"),
)  # fmt: skip
RECEPTION = ("reception", "接访排队", "person-lines-fill", "/office/reception")
"""Who waits at the reception is counted by intake itself."""
RECEPTION_ROLES = frozenset({"registrar", "dispatcher", "leader"})
WITH_CASES = frozenset(
    {
        *("registrar", "dispatcher", "handler", "unit_head", "supervisor", "reviewer"),
        *("leader", "auditor", "importer"),
    }
)
"""Roles to whom routing answers what waits for them."""


@dataclass(frozen=True)
class Counted:
    """What waits and how much; `shown` is None where the service gave no answer."""

    name: str
    title: str
    icon: str
    page: str
    shown: str | None

    @property
    def some(self) -> bool:
        return self.shown not in (None, "0")


def shown(count: int, *, more: bool) -> str:
    """A count of one page."""
    return f"{count}+" if more else str(count)
