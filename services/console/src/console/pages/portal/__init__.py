"""The pages of citizens: no account is needed, and the words are plain."""

from console.pages.portal import (
    account,
    bringing,
    following,
    home,
    offline,
    papers,
    requesting,
    uploading,
)
from console.pages.portal.desk import portal

__all__ = [
    "account",
    "bringing",
    "following",
    "home",
    "offline",
    "papers",
    "portal",
    "requesting",
    "uploading",
]
