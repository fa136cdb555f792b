"""HTTP interface of intake: one module for each thing that is asked about."""

from intake.api import (
    attachments,
    calls,
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
    visits,
)
from intake.api.routes import api

__all__ = [
    "api",
    "attachments",
    "calls",
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
    "visits",
]
