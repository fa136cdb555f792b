"""Letters on their way from the envelope to a petition.

log_letter -> add_scan -> (claim_scan, settle_scan) -> register_letter: petition, attachments
                                                    -> file_letter:     supplement, attachments
                                                    -> close_letter:    kept by retention
"""

from intake.use_cases.letters.book import (
    gauges,
    list_letters,
    log_letter,
    look_at_letter,
)
from intake.use_cases.letters.dealing import (
    close_letter,
    file_letter,
    forget_letters,
    register_letter,
)
from intake.use_cases.letters.reading import ScanToRead, claim_scan, settle_scan
from intake.use_cases.letters.scans import add_scan, link_to_scan, take_scan

__all__ = [
    "ScanToRead",
    "add_scan",
    "claim_scan",
    "close_letter",
    "file_letter",
    "forget_letters",
    "gauges",
    "link_to_scan",
    "list_letters",
    "log_letter",
    "look_at_letter",
    "register_letter",
    "settle_scan",
    "take_scan",
]
