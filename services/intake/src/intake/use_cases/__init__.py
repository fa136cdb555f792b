"""What people want of intake, one function an intention."""

from intake.use_cases.auditing import adopt_looks
from intake.use_cases.channels import count_channels, list_channels, put_channel
from intake.use_cases.erasing import Deciding, erase_due, erase_on_request, hold, lift_hold
from intake.use_cases.following import keep_progress, open_citizen_session, progress_of
from intake.use_cases.history import history_of, search_person
from intake.use_cases.looking import claim_identity, count, look_at
from intake.use_cases.registering import register
from intake.use_cases.rotating import left_to_rotate, rotate
from intake.use_cases.verifying import verify

__all__ = [
    "Deciding",
    "adopt_looks",
    "claim_identity",
    "count",
    "count_channels",
    "erase_due",
    "erase_on_request",
    "history_of",
    "hold",
    "keep_progress",
    "left_to_rotate",
    "lift_hold",
    "list_channels",
    "look_at",
    "open_citizen_session",
    "progress_of",
    "put_channel",
    "register",
    "rotate",
    "search_person",
    "verify",
]
