"""What people want of intake, one function an intention."""

from intake.use_cases.channels import count_channels, list_channels, put_channel
from intake.use_cases.following import keep_progress, open_citizen_session, progress_of
from intake.use_cases.looking import claim_identity, count, look_at
from intake.use_cases.open311 import (
    check_key,
    find_request,
    find_requests,
    list_keys,
    make_key,
    post_request,
    revoke_key,
)
from intake.use_cases.registering import check_many, register, register_many

__all__ = [
    "check_key",
    "check_many",
    "claim_identity",
    "count",
    "count_channels",
    "find_request",
    "find_requests",
    "keep_progress",
    "list_channels",
    "list_keys",
    "look_at",
    "make_key",
    "open_citizen_session",
    "post_request",
    "progress_of",
    "put_channel",
    "register",
    "register_many",
    "revoke_key",
]
