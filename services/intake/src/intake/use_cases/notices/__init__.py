"""Talking back: notices queued with what they tell, composed and sent by a job, shown to staff."""

from intake.use_cases.notices.choosing import keep_choice
from intake.use_cases.notices.queueing import queue_receipt, queue_steps

__all__ = ["keep_choice", "queue_receipt", "queue_steps"]
