"""Requests (请求) that petitioners make of a petition: withdraw, supplement, review, re-review.

Intake proves who asks; whether it may be is for routing, by the procedure. What stands here of
states is what a citizen is shown as open to them now.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from shared.states import ENDED


@dataclass(frozen=True)
class Kind:
    """A kind of request, and who may prove it by a phone code; a signed paper proves all."""

    name: str
    basis: str
    by_agent: bool = True
    by_one_of_many: bool = True
    by_anonymous: bool = False


KINDS: Mapping[str, Kind] = {
    "withdraw": Kind(
        "撤回信访事项", "参数（T22未规定；TBJ 27）", by_agent=False, by_one_of_many=False
    ),
    "supplement": Kind("补充材料", "参数（T22未规定；不影响期限）", by_anonymous=True),
    "review": Kind("申请复查", "T22 Art.35"),
    "re_review": Kind("申请复核", "T22 Art.36"),
}
"""Withdrawing gives up what others asked for too: an agent, and one of many, brings a paper that
all have signed. Review is of an opinion that was served on somebody known (T22 Arts.23(2), 35)."""
REVIEWS = ("review", "re_review")

ASKED, DONE, WAITING, REFUSED = "asked", "done", "waiting", "refused"
STATES = {ASKED: "已提交", DONE: "已办理", WAITING: "待审核", REFUSED: "未予办理"}
OPEN_STATES = frozenset({ASKED, WAITING})

REASONS = {
    "late": "申请已超过法定的30日期限，是否受理由复查（复核）机关决定。",
    "not_served": "意见尚未送达；送达后可以在30日内申请。",
    "under_review": "已在复查（复核）中，无需重复申请。",
    "reviewed": "处理意见已经复查；不服复查意见的，可以在收到之日起30日内申请复核。",
    "final": "复核意见已经送达，该事项已终结；有新的事实的，可以作为新的信访事项提出。",
    "other_remedy": "该事项不适用复查、复核，请按书面告知的途径提出。",
    "ended": "该事项已经结束。",
    "decided": "复查（复核）意见已经作出，不能再撤回。",
    "not_now": "该事项目前所处的阶段不能办理此项请求。",
    "declined": "经审核不予受理，理由见书面告知。",
}
"""Why a request waits or was refused, by routing's code: a vocabulary that grows."""

WITHDRAWABLE = frozenset(
    {
        *("registered", "reported", "forwarded", "assigned", "objected", "accepted", "handling"),
        *("simple", "extended", "studying", "performing", "hearing", "mediating", "replied"),
        *("served", "reviewing", "re_reviewing"),
    }
)
REVIEWABLE: Mapping[str, frozenset[str]] = {
    "review": frozenset({"served", "report_review", "closed", "archived"}),
    "re_review": frozenset({"review_served", "report_review", "closed", "archived"}),
}
"""The states from which routing's procedure lets each be done."""
WINDOWS = {"review": "D8", "re_review": "D10"}
"""The clocks within which each is applied for (T22 Arts.35, 36)."""


@dataclass(frozen=True)
class Standing:
    """Where a case is, and the last days of its running periods for review, by clock."""

    case_id: str
    state: str | None
    windows: Mapping[str, str]


@dataclass(frozen=True)
class Open:
    """A kind of request that may be made now; of a review the case and the last day."""

    kind: str
    case_id: str | None = None
    apply_by: dt.date | None = None


def open_now(cases: Collection[Standing], *, today: dt.date) -> list[Open]:
    """What may be asked for now, of all kinds; a petition without a case has just come."""
    known = [case for case in cases if case.state is not None]
    found = []
    if not known or any(case.state in WITHDRAWABLE for case in known):
        found.append(Open("withdraw"))
    if not known or any(case.state not in ENDED for case in known):
        found.append(Open("supplement"))
    for kind in REVIEWS:
        for case in known:
            day = case.windows.get(WINDOWS[kind])
            if day and case.state in REVIEWABLE[kind] and today <= dt.date.fromisoformat(day):
                found.append(Open(kind, case.case_id, dt.date.fromisoformat(day)))
    return found


def reason_text(reason: str | None) -> str | None:
    """What a citizen reads of a reason; one of tomorrow says where to ask."""
    if reason is None:
        return None
    return REASONS.get(reason, "具体情况请向本局窗口询问。")


def request_name(kind: str | None) -> str:
    """What a citizen reads of a kind of request."""
    known = KINDS.get(kind or "")
    return known.name if known else "提出"
