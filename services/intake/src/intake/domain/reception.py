"""Visits: the queue, who goes first, joint visits, how a visit ends."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from intake.domain.participants import AGENT, REPRESENTATIVES_MOST
from shared.errors import both

WAITING, CALLED, NO_SHOW, REGISTERED, LEFT = "waiting", "called", "no_show", "registered", "left"
STATES = {
    WAITING: "排队等候",
    CALLED: "正在接待",
    NO_SHOW: "过号未到",
    REGISTERED: "已登记",
    LEFT: "未登记离开",
}
END_REASONS = {
    "answered": "当场答复，不需登记",
    "guided": "已引导到有权处理的机关",
    "gave_up": "来访人自行离开",
    "refused": "来访人不同意登记内容",
    "unsettled_representatives": "未推选代表",
    "no_show": "过号未到",
    "erased": "超过保存期限",
}
"""Why somebody left without registering; a vocabulary that grows."""
STATED_REASONS = tuple(code for code in END_REASONS if code != "erased")

PRIORITIES = {
    "urgent": "情况紧急",
    "disabled": "残疾人",
    "pregnant": "孕妇",
    "elderly": "老年人",
}
"""Reasons for which somebody may be received first. No rule of petitioning says so: whether, and
in which order, is the office's own rule, RECEPTION_PRIORITY."""
SELF_STATED = ("disabled", "pregnant", "elderly")
"""What a visitor may tell a ticket machine; that a matter is urgent is for staff to see."""
NO_PRIORITY = 100

PLACE = re.compile(r"[a-z][a-z0-9_-]{0,49}\Z", re.ASCII)
"""Codes of reception places, which are the office's own."""

PETITIONER, COMPANION = "petitioner", "companion"
VISITOR_PARTS = {PETITIONER: "信访人", COMPANION: "同行人", AGENT: "代理人"}
"""In whose name the matter is brought in, who came along, who acts for the petitioner."""
VISITORS_MOST = 100
REPRESENTATION_BASIS = "《信访工作条例》第二十条第三款"


@dataclass(frozen=True)
class Priorities:
    """The order in which reasons count at this office, the first called first."""

    ranks: Mapping[str, int]

    @classmethod
    def parse(cls, text: str) -> "Priorities":
        """From codes separated by commas, or `none`; ValueError for one that names no reason."""
        codes = [] if text == "none" else [code.strip() for code in text.split(",")]
        if unknown := [code for code in codes if code not in PRIORITIES]:
            raise ValueError(f"RECEPTION_PRIORITY names no reason: {', '.join(unknown)}")
        return cls({code: rank for rank, code in enumerate(codes)})

    def rank(self, reason: str | None) -> int:
        """By what the queue is ordered: lower is earlier."""
        return self.ranks.get(reason or "", NO_PRIORITY)


def representation_fault(*, people: int, representatives: int) -> str | None:
    """Why a joint visit cannot be received as it is, or None: those who raise one matter together
    choose representatives, at most five (T22 Art.20(3)).
    """
    if representatives > REPRESENTATIVES_MOST:
        return both(
            f"代表人数不得超过{REPRESENTATIVES_MOST}人，现有{representatives}人。"
            f"（{REPRESENTATION_BASIS}）",
            f"At most {REPRESENTATIVES_MOST} representatives; there are {representatives} "
            "(T22 Art.20(3)).",
        )
    if people > REPRESENTATIVES_MOST and not representatives:
        return both(
            f"{people}人走访反映共同事项，应当推选代表，代表人数不得超过{REPRESENTATIVES_MOST}人。"
            f"（{REPRESENTATION_BASIS}）",
            f"{people} people who raise one matter together choose representatives, at most "
            f"{REPRESENTATIVES_MOST} (T22 Art.20(3)).",
        )
    return None
