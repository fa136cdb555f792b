"""Automatic checks of an answer: the table says which, a pure function says whether.

standards/answer_checks.yaml --> load_checks --> check(opinion, context) --> findings
"""

from routing.domain.answer_checks.running import Finding, blocking, check, check_text
from routing.domain.answer_checks.table import Checks, load_checks, read_checks

__all__ = [
    "Checks",
    "Finding",
    "blocking",
    "check",
    "check_text",
    "load_checks",
    "read_checks",
]
