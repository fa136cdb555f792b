"""What a process remembers of how often common pairs stand in petitions.

Most pairs of a letter stand in many others, and a few more of those change nothing about how much
such a pair tells. A rare pair is asked for each time: whether it is new decides what is found.
"""

import time
from collections.abc import Callable, Collection, Mapping

COMMON_FROM = 200
"""The least count that is remembered: one petition more changes a weight by less than 0.005."""
_LASTS_S = 600.0


class CommonPairs:
    """Counts of common pairs, by pair; forgotten together when they are ten minutes old.

    Safe to use from many threads: what one learns twice is the same.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._counts: dict[int, int] = {}
        self._ends = 0.0

    def among(self, pairs: Collection[int]) -> dict[int, int]:
        """The counts of those of these pairs that are remembered."""
        if self._now() >= self._ends:
            self._counts, self._ends = {}, self._now() + _LASTS_S
        counts = self._counts
        return {pair: counts[pair] for pair in pairs if pair in counts}

    def remember(self, counts: Mapping[int, int]) -> None:
        """Remember those of these counts that are common."""
        self._counts |= {pair: count for pair, count in counts.items() if count >= COMMON_FROM}
