"""What supervision does: keep what it hears, raise alarms, and answer those who may know."""

from supervision.use_cases.alarms import gauges, raise_alarms, standing_alarms
from supervision.use_cases.keeping import keep_cases, keep_documents, keep_headers, keep_petitions
from supervision.use_cases.reading import counts, overdue, overdue_by_unit, timeline

__all__ = [
    "counts",
    "gauges",
    "keep_cases",
    "keep_documents",
    "keep_headers",
    "keep_petitions",
    "overdue",
    "overdue_by_unit",
    "raise_alarms",
    "standing_alarms",
    "timeline",
]
