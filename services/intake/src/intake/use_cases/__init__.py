"""What people want of intake, one function an intention."""

from intake.use_cases.attaching import Taken, attach, take_in
from intake.use_cases.attachments import download, link_to, list_attachments, sweep
from intake.use_cases.audit_branches import open_branches, tie_branches
from intake.use_cases.auditing import adopt_looks
from intake.use_cases.channels import count_channels, list_channels, put_channel
from intake.use_cases.correcting import correct, corrections_of, void
from intake.use_cases.erasing import Deciding, erase_due, erase_on_request, hold, lift_hold
from intake.use_cases.following import keep_progress, open_citizen_session, progress_of
from intake.use_cases.gauging import gauges
from intake.use_cases.history import history_of, search_person
from intake.use_cases.looking import claim_identity, count, look_at
from intake.use_cases.mail import (
    Reply,
    TakenMail,
    lease_mailbox,
    post_mail,
    release_mailbox,
    settle_mail,
    take_mail,
)
from intake.use_cases.matter_desk import (
    link_petitions,
    release_petitions,
    show_matter,
    unmerge_matter,
)
from intake.use_cases.open311 import (
    check_key,
    find_request,
    find_requests,
    list_keys,
    make_key,
    post_request,
    revoke_key,
)
from intake.use_cases.places import load_places, places_named
from intake.use_cases.registering import check_many, register, register_many
from intake.use_cases.similar import list_proposals, say_not_the_same, similar
from intake.use_cases.supplementing import supplement
from intake.use_cases.suspecting import decide_suspicion, open_suspicions
from intake.use_cases.unread import (
    deal_with_unread,
    list_unread,
    park,
    read_original,
)
from intake.use_cases.verifying import verify

__all__ = [
    "Deciding",
    "Reply",
    "Taken",
    "TakenMail",
    "adopt_looks",
    "attach",
    "check_key",
    "check_many",
    "claim_identity",
    "correct",
    "corrections_of",
    "count",
    "count_channels",
    "deal_with_unread",
    "decide_suspicion",
    "download",
    "erase_due",
    "erase_on_request",
    "find_request",
    "find_requests",
    "gauges",
    "history_of",
    "hold",
    "keep_progress",
    "lease_mailbox",
    "lift_hold",
    "link_petitions",
    "link_to",
    "list_attachments",
    "list_channels",
    "list_keys",
    "list_proposals",
    "list_unread",
    "load_places",
    "look_at",
    "make_key",
    "open_branches",
    "open_citizen_session",
    "open_suspicions",
    "park",
    "places_named",
    "post_mail",
    "post_request",
    "progress_of",
    "put_channel",
    "read_original",
    "register",
    "register_many",
    "release_mailbox",
    "release_petitions",
    "revoke_key",
    "say_not_the_same",
    "search_person",
    "settle_mail",
    "show_matter",
    "similar",
    "supplement",
    "sweep",
    "take_in",
    "take_mail",
    "tie_branches",
    "unmerge_matter",
    "verify",
    "void",
]
