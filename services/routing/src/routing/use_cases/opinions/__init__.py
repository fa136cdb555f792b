"""What people want of opinions: draft, check, approve, issue, and learn from past answers."""

from routing.use_cases.opinions.approving import approve_many, decide, submit, waiting
from routing.use_cases.opinions.drafting import (
    check_draft,
    opinion_for,
    save_draft,
    versions,
)
from routing.use_cases.opinions.issuing import IssuedOpinion, for_issue
from routing.use_cases.opinions.similar import keep_answer, keep_old_answers, similar_answers

__all__ = [
    "IssuedOpinion",
    "approve_many",
    "check_draft",
    "decide",
    "for_issue",
    "keep_answer",
    "keep_old_answers",
    "opinion_for",
    "save_draft",
    "similar_answers",
    "submit",
    "versions",
    "waiting",
]
