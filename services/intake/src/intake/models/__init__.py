"""Tables of intake, a module for each part; `from intake import models`, `models.petitions`."""

from intake.models.channels import channels
from intake.models.ground import ground, metadata
from intake.models.notices import choices as notice_choices
from intake.models.notices import gateways as notice_gateways
from intake.models.notices import notices
from intake.models.petitioners import looks, petitioners
from intake.models.petitions import petitions, wrong_codes
from intake.models.progress import case_access, case_words, cases, marks, progress
from intake.models.supplements import supplement_requests

__all__ = [
    "case_access",
    "case_words",
    "cases",
    "channels",
    "ground",
    "looks",
    "marks",
    "metadata",
    "notice_choices",
    "notice_gateways",
    "notices",
    "petitioners",
    "petitions",
    "progress",
    "supplement_requests",
    "wrong_codes",
]
