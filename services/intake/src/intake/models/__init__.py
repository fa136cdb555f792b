"""Tables of intake, a module for each part; `from intake import models`, `models.petitions`."""

from intake.models.attachments import attachments, loose_objects
from intake.models.channels import channels
from intake.models.ground import ground, metadata
from intake.models.petitioners import looks, petitioners
from intake.models.petitions import petitions, wrong_codes
from intake.models.progress import case_access, case_words, cases, marks, progress

__all__ = [
    "attachments",
    "case_access",
    "case_words",
    "cases",
    "channels",
    "ground",
    "looks",
    "loose_objects",
    "marks",
    "metadata",
    "petitioners",
    "petitions",
    "progress",
    "wrong_codes",
]
