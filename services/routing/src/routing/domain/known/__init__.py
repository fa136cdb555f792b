"""What a paper states and a case already knows."""

from routing.domain.known.identity import OF_CLAIM
from routing.domain.known.sources import Around
from routing.domain.known.table import ANSWERS, BY_HAND, OF_PAPERS, known_fields

__all__ = ["ANSWERS", "BY_HAND", "OF_CLAIM", "OF_PAPERS", "Around", "known_fields"]
