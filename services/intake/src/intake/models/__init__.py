"""Tables of intake, a module for each part; `from intake import models`, `models.petitions`."""

from intake.models.channels import channels
from intake.models.ground import ground, metadata
from intake.models.matters import (
    fingerprints,
    matter_decisions,
    matter_petitions,
    matters,
    pair_counts,
    proposals,
    uncompared,
)
from intake.models.petitioners import looks, petitioners
from intake.models.petitions import petitions, wrong_codes
from intake.models.progress import case_access, case_words, cases, marks, progress

__all__ = [
    "case_access",
    "case_words",
    "cases",
    "channels",
    "fingerprints",
    "ground",
    "looks",
    "marks",
    "matter_decisions",
    "matter_petitions",
    "matters",
    "metadata",
    "pair_counts",
    "petitioners",
    "petitions",
    "progress",
    "proposals",
    "uncompared",
    "wrong_codes",
]
