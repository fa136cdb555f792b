"""Tables of intake, a module for each part; `from intake import models`, `models.petitions`."""

from intake.models.attachments import attachments, loose_objects
from intake.models.audit import audit, audit_branches, audit_head, former_looks
from intake.models.channels import channels
from intake.models.corrections import corrections, voidings
from intake.models.erasure import holds
from intake.models.ground import ground, metadata
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
from intake.models.places import gazetteer_editions, places
from intake.models.progress import case_access, case_words, cases, marks, progress
from intake.models.supplements import supplement_requests, supplements
from intake.models.suspicions import suspicions
from intake.models.unread import unread_messages

__all__ = [
    "attachments",
    "audit",
    "audit_branches",
    "audit_head",
    "case_access",
    "case_words",
    "cases",
    "channels",
    "corrections",
    "fingerprints",
    "former_looks",
    "gazetteer_editions",
    "ground",
    "holds",
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
    "petitioners",
    "petitions",
    "places",
    "progress",
    "proposals",
    "supplement_requests",
    "supplements",
    "suspicions",
    "uncompared",
    "unread_messages",
    "voidings",
    "wrong_codes",
]
