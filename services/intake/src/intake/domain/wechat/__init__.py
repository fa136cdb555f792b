"""WeChat: what followers say, and the form in which a matter is brought in by talking."""

from intake.domain.wechat.form import Form, Turn, petition
from intake.domain.wechat.said import CLOSES, Said, message_key, said_in
from intake.domain.wechat.words import read_words

CHANNEL = SYSTEM = "wechat"
"""The channel of these petitions, and the system of their references."""
ANSWER_MOST = 2_048
"""Bytes of a text that WeChat shows (its own limit)."""
MEDIA_KEPT_DAYS = 3
"""How long WeChat keeps what a follower sent."""


def cut(text: str) -> str:
    """A text as long as WeChat shows one."""
    if len(text.encode()) <= ANSWER_MOST:
        return text
    return text.encode()[: ANSWER_MOST - 9].decode(errors="ignore") + "……"


__all__ = [
    "ANSWER_MOST",
    "CHANNEL",
    "CLOSES",
    "MEDIA_KEPT_DAYS",
    "SYSTEM",
    "Form",
    "Said",
    "Turn",
    "cut",
    "message_key",
    "petition",
    "read_words",
    "said_in",
]
