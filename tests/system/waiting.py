"""Waiting for what must come true, instead of sleeping and hoping."""

import time
from collections.abc import Callable

POLL_S = 0.2


def wait_until(
    condition: Callable[[], object],
    what: str,
    *,
    within: float = 120.0,
    poll: float = POLL_S,
    why: Callable[[], object] = str,
) -> float:
    """Seconds until `condition` held; AssertionError with `what`, and `why` not, after `within`."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > within:
            raise AssertionError(f"not within {within:.0f} s: {what}. {why()}")
        time.sleep(poll)
    return time.monotonic() - began
