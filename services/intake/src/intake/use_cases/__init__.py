"""What people want of intake, one function an intention."""

from intake.use_cases.channels import count_channels, list_channels, put_channel
from intake.use_cases.comparing import gauges
from intake.use_cases.following import keep_progress, open_citizen_session, progress_of
from intake.use_cases.looking import claim_identity, count, look_at
from intake.use_cases.matter_desk import (
    link_petitions,
    release_petitions,
    show_matter,
    unmerge_matter,
)
from intake.use_cases.registering import register
from intake.use_cases.similar import list_proposals, say_not_the_same, similar

__all__ = [
    "claim_identity",
    "count",
    "count_channels",
    "gauges",
    "keep_progress",
    "link_petitions",
    "list_channels",
    "list_proposals",
    "look_at",
    "open_citizen_session",
    "progress_of",
    "put_channel",
    "register",
    "release_petitions",
    "say_not_the_same",
    "show_matter",
    "similar",
    "unmerge_matter",
]
