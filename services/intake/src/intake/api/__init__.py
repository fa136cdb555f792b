"""HTTP interface of intake: one module for each thing that is asked about."""

from intake.api import (
    attachments,
    channels,
    corrections,
    erasure,
    matters,
    notices,
    open311,
    persons,
    petitions,
    places,
    suspicions,
    unread,
    wechat,
)
from intake.api.routes import api

__all__ = [
    "api",
    "attachments",
    "channels",
    "corrections",
    "erasure",
    "matters",
    "notices",
    "open311",
    "persons",
    "petitions",
    "places",
    "suspicions",
    "unread",
    "wechat",
]
