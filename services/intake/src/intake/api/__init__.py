"""HTTP interface of intake: one module for each thing that is asked about."""

from intake.api import (
    accounts,
    attachments,
    channels,
    corrections,
    drafts,
    erasure,
    mailboxes,
    matters,
    notices,
    open311,
    persons,
    petitions,
    places,
    requests,
    suspicions,
    unread,
)
from intake.api.routes import api

__all__ = [
    "accounts",
    "api",
    "attachments",
    "channels",
    "corrections",
    "drafts",
    "erasure",
    "mailboxes",
    "matters",
    "notices",
    "open311",
    "persons",
    "petitions",
    "places",
    "requests",
    "suspicions",
    "unread",
]
