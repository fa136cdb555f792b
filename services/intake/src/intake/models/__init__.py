"""Tables of intake, a module for each part; `from intake import models`, `models.petitions`."""

from intake.models.channels import channels
from intake.models.ground import ground, metadata
from intake.models.mail import mail_messages, mailbox_leases, sent_mails
from intake.models.petitioners import looks, petitioners
from intake.models.petitions import petitions, wrong_codes
from intake.models.progress import case_access, case_words, cases, marks, progress
from intake.models.supplements import supplements
from intake.models.unread import unread_looks, unread_messages

__all__ = [
    "case_access",
    "case_words",
    "cases",
    "channels",
    "ground",
    "looks",
    "mail_messages",
    "mailbox_leases",
    "marks",
    "metadata",
    "petitioners",
    "petitions",
    "progress",
    "sent_mails",
    "supplements",
    "unread_looks",
    "unread_messages",
    "wrong_codes",
]
