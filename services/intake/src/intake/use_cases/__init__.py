"""What people want of intake, one function an intention."""

from intake.use_cases.attaching import Taken, attach, take_in
from intake.use_cases.attachments import download, gauges, link_to, list_attachments, sweep
from intake.use_cases.channels import count_channels, list_channels, put_channel
from intake.use_cases.following import keep_progress, open_citizen_session, progress_of
from intake.use_cases.looking import claim_identity, count, look_at
from intake.use_cases.registering import register

__all__ = [
    "Taken",
    "attach",
    "claim_identity",
    "count",
    "count_channels",
    "download",
    "gauges",
    "keep_progress",
    "link_to",
    "list_attachments",
    "list_channels",
    "look_at",
    "open_citizen_session",
    "progress_of",
    "put_channel",
    "register",
    "sweep",
    "take_in",
]
