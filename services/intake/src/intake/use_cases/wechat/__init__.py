"""WeChat: answering followers, fetching what they sent, forgetting what is over."""

from intake.use_cases.wechat.answering import answer_message, forget_wechat
from intake.use_cases.wechat.media import (
    Awaited,
    attach_medium,
    await_again,
    claim_media,
    gauges,
    give_medium_up,
)
from intake.use_cases.wechat.unreadable import park_message

__all__ = [
    "Awaited",
    "answer_message",
    "attach_medium",
    "await_again",
    "claim_media",
    "forget_wechat",
    "gauges",
    "give_medium_up",
    "park_message",
]
