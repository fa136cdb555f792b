"""What satisfaction does: open evaluations, record them, and count them."""

from satisfaction.use_cases.keeping import forget, keep_cases, open_evaluations
from satisfaction.use_cases.reading import (
    counts,
    counts_by_unit,
    evaluations_of,
    own_evaluations,
)
from satisfaction.use_cases.recording import record

__all__ = [
    "counts",
    "counts_by_unit",
    "evaluations_of",
    "forget",
    "keep_cases",
    "open_evaluations",
    "own_evaluations",
    "record",
]
