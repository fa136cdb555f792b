"""Tables of routing, a module for each part; `from routing.models import cases` and the like."""

from routing.models import (
    calendar,
    classification,
    coordination,
    document_looks,
    documents,
    opinions,
)
from routing.models.cases import (
    CO,
    ODD,
    PASSED,
    RE_REVIEW,
    REVIEW,
    access_told,
    case_access,
    case_accused,
    case_parts,
    case_petitions,
    cases,
    erased_petitions,
    refusals,
    steps,
    waiting_changes,
    waiting_texts,
)
from routing.models.exports import exports
from routing.models.ground import ground, metadata
from routing.models.requests import petitioner_requests
from routing.models.units import units

__all__ = [
    "CO",
    "ODD",
    "PASSED",
    "REVIEW",
    "RE_REVIEW",
    "access_told",
    "calendar",
    "case_access",
    "case_accused",
    "case_parts",
    "case_petitions",
    "cases",
    "classification",
    "coordination",
    "document_looks",
    "documents",
    "erased_petitions",
    "exports",
    "ground",
    "metadata",
    "opinions",
    "petitioner_requests",
    "refusals",
    "steps",
    "units",
    "waiting_changes",
    "waiting_texts",
]
