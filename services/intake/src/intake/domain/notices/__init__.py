"""Rules of talking back: which occasion a stage is, by which medium, when, in which words."""

from intake.domain.notices.media import ELECTRONIC, MEDIA, choose, usable
from intake.domain.notices.states import (
    CANCELLED,
    DEAD,
    DELIVERED,
    FAILED,
    NO_SENDER,
    QUEUED,
    RETRIABLE,
    SENT,
    STATE_NAMES,
    Message,
    Outcome,
    Verdict,
)
from intake.domain.notices.texts import Occasion, Texts, read_texts
from intake.domain.notices.timing import QuietHours, wait_after

__all__ = [
    "CANCELLED",
    "DEAD",
    "DELIVERED",
    "ELECTRONIC",
    "FAILED",
    "MEDIA",
    "NO_SENDER",
    "QUEUED",
    "RETRIABLE",
    "SENT",
    "STATE_NAMES",
    "Message",
    "Occasion",
    "Outcome",
    "QuietHours",
    "Texts",
    "Verdict",
    "choose",
    "read_texts",
    "usable",
    "wait_after",
]
