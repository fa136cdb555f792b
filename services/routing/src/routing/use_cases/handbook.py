"""The handbook as one reads it: the edition that is asked for, or that of one's own seat."""

from routing.handbook.model import BUREAU, DEPARTMENT, is_bureau
from routing.resources import Resources
from routing.use_cases.classification import refresh
from shared.auth import Principal
from shared.db import Session


def handbook(
    session: Session, *, edition: str | None, by: Principal, resources: Resources
) -> tuple[str, str]:
    """Name and page of an edition; units read their own unless they ask for the office's."""
    refresh(session, resources=resources)
    chosen = edition or (BUREAU if is_bureau(by.roles) else DEPARTMENT)
    return f"handbook-{chosen}.html", resources.handbook.html(chosen, resources.rules.categories)
