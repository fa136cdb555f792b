"""What becomes of a notice, and what a sender says of one."""

from dataclasses import dataclass
from enum import StrEnum

QUEUED, SENT, DELIVERED = "queued", "sent", "delivered"
FAILED, DEAD, NO_SENDER, CANCELLED = "failed", "dead", "no_sender", "cancelled"
STATE_NAMES = {
    QUEUED: "待发送",
    SENT: "已发送",
    DELIVERED: "已送达",
    FAILED: "发送失败",
    DEAD: "多次发送未成功",
    NO_SENDER: "未配置发送通道",
    CANCELLED: "不再发送",
}
"""Failed: the medium refused it for good. Dead: its tries are used up."""
RETRIABLE = (FAILED, DEAD, NO_SENDER)


class Verdict(StrEnum):
    """What came of handing a notice over."""

    SENT = "sent"
    REFUSED = "refused"
    """The medium will never take it: no such number, no such mailbox."""
    ELSEWHERE = "elsewhere"
    """The medium does not reach them now, and another one may: it goes by that, if there is one."""
    LATER = "later"
    """It cannot be taken now, and only it."""
    BROKEN = "broken"
    """The gateway failed on it, and may have taken it: its fault or the notice's."""
    AWAY = "away"
    """The gateway was not reached, or takes nothing now: no try of the notice's."""


@dataclass(frozen=True)
class Message:
    """A notice with the contact it goes to: in memory only, for as long as it is being sent."""

    notice_id: str
    medium: str
    to: str
    title: str
    text: str

    def __repr__(self) -> str:
        return f"Message({self.notice_id}, {self.medium})"


@dataclass(frozen=True)
class Outcome:
    """A verdict; the gateway's reference, or a reason that holds nothing of the contact.

    `wait_s` is how long the gateway asks to be left alone.
    """

    verdict: Verdict
    reason: str | None = None
    reference: str | None = None
    wait_s: float = 0.0
