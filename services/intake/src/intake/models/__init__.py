"""Tables of intake, a module for each part; `from intake import models`, `models.petitions`."""

from intake.models.accounts import account_petitions, account_sessions, accounts
from intake.models.attachments import attachments, loose_objects
from intake.models.audit import audit, audit_branches, audit_head, former_looks
from intake.models.channels import channels
from intake.models.corrections import corrections, voidings
from intake.models.drafts import draft_files, drafts
from intake.models.erasure import holds
from intake.models.government_mailboxes import government_mailboxes
from intake.models.ground import ground, metadata
from intake.models.hotline import callbacks, calls
from intake.models.letters import incoming_letters, letter_pages, letter_scans
from intake.models.mail import mail_messages, mailbox_leases
from intake.models.matters import (
    fingerprints,
    matter_decisions,
    matter_petitions,
    matters,
    pair_counts,
    proposals,
    uncompared,
)
from intake.models.notices import choices as notice_choices
from intake.models.notices import gateways as notice_gateways
from intake.models.notices import notices
from intake.models.open311 import open311_keys, open311_posts
from intake.models.petitioners import participants, petitioners
from intake.models.petitions import petitions, wrong_codes
from intake.models.phone_codes import phone_code_rates, phone_codes
from intake.models.places import gazetteer_editions, places
from intake.models.progress import case_access, case_words, cases, marks, progress
from intake.models.rates import request_counts
from intake.models.reception import ticket_numbers, visit_persons, visits
from intake.models.requests import petition_requests, request_answers
from intake.models.supplements import supplement_requests, supplements
from intake.models.suspicions import accusation_models, suspicions
from intake.models.unread import unread_messages
from intake.models.wechat import (
    wechat_media,
    wechat_messages,
    wechat_petitions,
    wechat_sessions,
)

__all__ = [
    "account_petitions",
    "account_sessions",
    "accounts",
    "accusation_models",
    "attachments",
    "audit",
    "audit_branches",
    "audit_head",
    "callbacks",
    "calls",
    "case_access",
    "case_words",
    "cases",
    "channels",
    "corrections",
    "draft_files",
    "drafts",
    "fingerprints",
    "former_looks",
    "gazetteer_editions",
    "government_mailboxes",
    "ground",
    "holds",
    "incoming_letters",
    "letter_pages",
    "letter_scans",
    "loose_objects",
    "mail_messages",
    "mailbox_leases",
    "marks",
    "matter_decisions",
    "matter_petitions",
    "matters",
    "metadata",
    "notice_choices",
    "notice_gateways",
    "notices",
    "open311_keys",
    "open311_posts",
    "pair_counts",
    "participants",
    "petition_requests",
    "petitioners",
    "petitions",
    "phone_code_rates",
    "phone_codes",
    "places",
    "progress",
    "proposals",
    "request_answers",
    "request_counts",
    "supplement_requests",
    "supplements",
    "suspicions",
    "ticket_numbers",
    "uncompared",
    "unread_messages",
    "visit_persons",
    "visits",
    "voidings",
    "wechat_media",
    "wechat_messages",
    "wechat_petitions",
    "wechat_sessions",
    "wrong_codes",
]
