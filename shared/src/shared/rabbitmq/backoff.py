"""Waiting longer after each failure."""

import random

FIRST_SECONDS = 0.2
LAST_SECONDS = 30.0


class Backoff:
    """Delays of 0.2 s doubling to 30 s, each up to a fifth shorter so that peers spread out."""

    def __init__(self) -> None:
        self._next = FIRST_SECONDS

    def delay(self) -> float:
        """Seconds to wait now."""
        seconds, self._next = self._next, min(self._next * 2, LAST_SECONDS)
        return seconds * random.uniform(0.8, 1.0)

    def reset(self) -> None:
        """Start from the shortest delay again."""
        self._next = FIRST_SECONDS
