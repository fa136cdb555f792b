"""Tables of intake, a module for each part; `from intake import models`, `models.petitions`."""

from intake.models.channels import channels
from intake.models.ground import ground, metadata
from intake.models.open311 import open311_keys, open311_posts
from intake.models.petitioners import looks, petitioners
from intake.models.petitions import petitions, wrong_codes
from intake.models.progress import case_access, case_words, cases, marks, progress

__all__ = [
    "case_access",
    "case_words",
    "cases",
    "channels",
    "ground",
    "looks",
    "marks",
    "metadata",
    "open311_keys",
    "open311_posts",
    "petitioners",
    "petitions",
    "progress",
    "wrong_codes",
]
