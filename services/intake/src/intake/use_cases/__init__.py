"""What people want of intake, one function an intention."""

from intake.use_cases.following import keep_progress, open_citizen_session, progress_of
from intake.use_cases.looking import count, look_at
from intake.use_cases.registering import register

__all__ = [
    "count",
    "keep_progress",
    "look_at",
    "open_citizen_session",
    "progress_of",
    "register",
]
