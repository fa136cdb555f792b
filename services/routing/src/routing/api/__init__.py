"""HTTP interface of routing: one module for each thing that is asked about."""

from routing.api import (
    calendar,
    cases,
    classification,
    coordination,
    documents,
    handbook,
    opinions,
    own_documents,
    requests,
    standards,
    units,
)
from routing.api.routes import api

__all__ = [
    "api",
    "calendar",
    "cases",
    "classification",
    "coordination",
    "documents",
    "handbook",
    "opinions",
    "own_documents",
    "requests",
    "standards",
    "units",
]
