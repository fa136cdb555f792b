"""Tables of intake, a module for each part; `from intake import models`, `models.petitions`."""

from intake.models.audit import audit, audit_head, former_looks
from intake.models.channels import channels
from intake.models.erasure import holds
from intake.models.ground import ground, metadata
from intake.models.petitioners import petitioners
from intake.models.petitions import petitions, wrong_codes
from intake.models.progress import case_access, case_words, cases, marks, progress

__all__ = [
    "audit",
    "audit_head",
    "case_access",
    "case_words",
    "cases",
    "channels",
    "former_looks",
    "ground",
    "holds",
    "marks",
    "metadata",
    "petitioners",
    "petitions",
    "progress",
    "wrong_codes",
]
