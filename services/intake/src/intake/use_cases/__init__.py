"""What people want of intake, one function an intention."""

from intake.use_cases.channels import count_channels, list_channels, put_channel
from intake.use_cases.correcting import correct, corrections_of, void
from intake.use_cases.following import keep_progress, open_citizen_session, progress_of
from intake.use_cases.looking import claim_identity, count, look_at
from intake.use_cases.places import load_places, places_named
from intake.use_cases.registering import register, register_many
from intake.use_cases.suspecting import decide_suspicion, open_suspicions

__all__ = [
    "claim_identity",
    "correct",
    "corrections_of",
    "count",
    "count_channels",
    "decide_suspicion",
    "keep_progress",
    "list_channels",
    "load_places",
    "look_at",
    "open_citizen_session",
    "open_suspicions",
    "places_named",
    "progress_of",
    "put_channel",
    "register",
    "register_many",
    "void",
]
