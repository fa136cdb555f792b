"""What people want of intake, one function an intention."""

from intake.use_cases.accounts import (
    erase_account,
    forget_sessions,
    register_publicly,
    renew_session,
    send_account_code,
    sign_in,
    sign_out,
)
from intake.use_cases.attaching import Taken, attach, take_in
from intake.use_cases.attachments import download, draw_page, link_to, list_attachments, sweep
from intake.use_cases.audit_branches import open_branches, tie_branches
from intake.use_cases.audit_reading import read_audit
from intake.use_cases.auditing import adopt_looks
from intake.use_cases.call_filing import register_call, supplement_by_call
from intake.use_cases.callbacks import (
    claim_callback,
    list_callbacks,
    note_try,
    promise_callback,
    release_callback,
)
from intake.use_cases.calls import (
    answer_call,
    end_call,
    list_calls,
    look_at_call,
    open_call,
    save_sheet,
    state_outcome,
)
from intake.use_cases.channels import count_channels, list_channels, put_channel
from intake.use_cases.correcting import correct, corrections_of, void
from intake.use_cases.draft_files import (
    add_file,
    drop_file,
    open_draft_file,
    take_in_for_draft,
)
from intake.use_cases.drafts import begin_draft, change_draft, drafts_of, drop_draft, read_draft
from intake.use_cases.erasing import Deciding, erase_due, erase_on_request, hold, lift_hold
from intake.use_cases.following import keep_progress, open_citizen_session, progress_of
from intake.use_cases.gauging import gauges
from intake.use_cases.history import history_of, search_person
from intake.use_cases.letters import (
    add_scan,
    close_letter,
    file_letter,
    link_to_scan,
    list_letters,
    log_letter,
    look_at_letter,
    register_letter,
    take_scan,
)
from intake.use_cases.looking import claim_identity, count, find_by_number, look_at
from intake.use_cases.mail import (
    Reply,
    TakenMail,
    lease_mailbox,
    post_mail,
    release_mailbox,
    settle_mail,
    take_mail,
)
from intake.use_cases.mailboxes import count_mailboxes, list_mailboxes, put_mailbox
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
from intake.use_cases.own_petitions import open_own_petition, own_petitions
from intake.use_cases.phone_codes import redeem_code, send_code
from intake.use_cases.places import load_places, places_named
from intake.use_cases.rates import count_in, forget_counts
from intake.use_cases.reception import (
    call_next,
    count_visits,
    end_visit,
    list_queue,
    note_no_show,
    queue_again,
    take_ticket,
)
from intake.use_cases.registering import check_many, register, register_many
from intake.use_cases.requesting import request_by_code, request_on_paper, send_request_code
from intake.use_cases.requests import keep_answers, requests_of
from intake.use_cases.similar import list_proposals, say_not_the_same, similar, similar_to_typed
from intake.use_cases.submitting import forget_drafts, submit_draft
from intake.use_cases.supplementing import supplement
from intake.use_cases.suspecting import decide_suspicion, open_suspicions
from intake.use_cases.unread import (
    deal_with_unread,
    list_unread,
    park,
    read_original,
)
from intake.use_cases.verifying import verify
from intake.use_cases.visit_receipts import print_receipt
from intake.use_cases.visitors import check_identity, put_visitors
from intake.use_cases.visits import confirm, look_at_visit, read_back, register_visit, save_record
from intake.use_cases.wechat import (
    answer_message,
    attach_medium,
    await_again,
    claim_media,
    forget_wechat,
    give_medium_up,
    park_message,
)

__all__ = [
    "Deciding",
    "Reply",
    "Taken",
    "TakenMail",
    "add_file",
    "add_scan",
    "adopt_looks",
    "answer_call",
    "answer_message",
    "attach",
    "attach_medium",
    "await_again",
    "begin_draft",
    "call_next",
    "change_draft",
    "check_identity",
    "check_key",
    "check_many",
    "claim_callback",
    "claim_identity",
    "claim_media",
    "close_letter",
    "confirm",
    "correct",
    "corrections_of",
    "count",
    "count_channels",
    "count_in",
    "count_mailboxes",
    "count_visits",
    "deal_with_unread",
    "decide_suspicion",
    "download",
    "draw_page",
    "drafts_of",
    "drop_draft",
    "drop_file",
    "end_call",
    "end_visit",
    "erase_account",
    "erase_due",
    "erase_on_request",
    "file_letter",
    "find_by_number",
    "find_request",
    "find_requests",
    "forget_counts",
    "forget_drafts",
    "forget_sessions",
    "forget_wechat",
    "gauges",
    "give_medium_up",
    "history_of",
    "hold",
    "keep_answers",
    "keep_progress",
    "lease_mailbox",
    "lift_hold",
    "link_petitions",
    "link_to",
    "link_to_scan",
    "list_attachments",
    "list_callbacks",
    "list_calls",
    "list_channels",
    "list_keys",
    "list_letters",
    "list_mailboxes",
    "list_proposals",
    "list_queue",
    "list_unread",
    "load_places",
    "log_letter",
    "look_at",
    "look_at_call",
    "look_at_letter",
    "look_at_visit",
    "make_key",
    "note_no_show",
    "note_try",
    "open_branches",
    "open_call",
    "open_citizen_session",
    "open_draft_file",
    "open_own_petition",
    "open_suspicions",
    "own_petitions",
    "park",
    "park_message",
    "places_named",
    "post_mail",
    "post_request",
    "print_receipt",
    "progress_of",
    "promise_callback",
    "put_channel",
    "put_mailbox",
    "put_visitors",
    "queue_again",
    "read_audit",
    "read_back",
    "read_draft",
    "read_original",
    "redeem_code",
    "register",
    "register_call",
    "register_letter",
    "register_many",
    "register_publicly",
    "register_visit",
    "release_callback",
    "release_mailbox",
    "release_petitions",
    "renew_session",
    "request_by_code",
    "request_on_paper",
    "requests_of",
    "revoke_key",
    "save_record",
    "save_sheet",
    "say_not_the_same",
    "search_person",
    "send_account_code",
    "send_code",
    "send_request_code",
    "settle_mail",
    "show_matter",
    "sign_in",
    "sign_out",
    "similar",
    "similar_to_typed",
    "state_outcome",
    "submit_draft",
    "supplement",
    "supplement_by_call",
    "sweep",
    "take_in",
    "take_in_for_draft",
    "take_mail",
    "take_scan",
    "take_ticket",
    "tie_branches",
    "unmerge_matter",
    "verify",
    "void",
]
