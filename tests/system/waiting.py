"""Waiting for what must come true, instead of sleeping and hoping."""

import time
from collections.abc import Callable

POLL_S = 0.2


def wait_until(
    condition: Callable[[], object],
    what: str,
    *,
    within: float = 240.0,
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


def wait_out(
    waiting: Callable[[], object], what: str, *, stalled: float = 240.0, poll: float = POLL_S
) -> float:
    """Seconds until `waiting()`, which says what still waits, said nothing.

    AssertionError only when it has said the same for `stalled` seconds: how long much work takes
    is the machine's affair, that it goes on is ours.
    """
    began = moved = time.monotonic()
    last: object = None
    while now := waiting():
        if now != last:
            last, moved = now, time.monotonic()
        if time.monotonic() - moved > stalled:
            raise AssertionError(f"nothing moved for {stalled:.0f} s: {what}. {now}")
        time.sleep(poll)
    return time.monotonic() - began
