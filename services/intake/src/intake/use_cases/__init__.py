"""What people want of intake, one function an intention."""

from intake.use_cases.channels import count_channels, list_channels, put_channel
from intake.use_cases.following import keep_progress, open_citizen_session, progress_of
from intake.use_cases.looking import claim_identity, count, look_at
from intake.use_cases.mail import (
    Reply,
    Taken,
    lease_mailbox,
    post_mail,
    release_mailbox,
    remember_sent_mail,
    settle_mail,
    take_mail,
)
from intake.use_cases.registering import register
from intake.use_cases.supplementing import supplement
from intake.use_cases.unread import (
    deal_with_unread,
    list_unread,
    park,
    read_original,
)

__all__ = [
    "Reply",
    "Taken",
    "claim_identity",
    "count",
    "count_channels",
    "deal_with_unread",
    "keep_progress",
    "lease_mailbox",
    "list_channels",
    "list_unread",
    "look_at",
    "open_citizen_session",
    "park",
    "post_mail",
    "progress_of",
    "put_channel",
    "read_original",
    "register",
    "release_mailbox",
    "remember_sent_mail",
    "settle_mail",
    "supplement",
    "take_mail",
]
