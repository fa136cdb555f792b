"""Talking back: notices queued with what they tell, composed and sent by a job, shown to staff."""

from intake.use_cases.notices.asking import ask_for_supplement, asked_of, invite_to_evaluate
from intake.use_cases.notices.choosing import choice_of, choose_for, choose_publicly, keep_choice
from intake.use_cases.notices.delivering import note_delivery, receipt_handed_over
from intake.use_cases.notices.letters import letters_to_print, post_letters, print_letters
from intake.use_cases.notices.queueing import queue_receipts, queue_steps, receipt_of
from intake.use_cases.notices.reading import notices_of, retry

__all__ = [
    "ask_for_supplement",
    "asked_of",
    "choice_of",
    "choose_for",
    "choose_publicly",
    "invite_to_evaluate",
    "keep_choice",
    "letters_to_print",
    "note_delivery",
    "notices_of",
    "post_letters",
    "print_letters",
    "queue_receipts",
    "queue_steps",
    "receipt_handed_over",
    "receipt_of",
    "retry",
]
