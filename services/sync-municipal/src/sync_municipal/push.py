"""The role `push`: claims exchanges, calls the city with a few threads, settles what it said.

    claim [one commit] -> PUT, PUT, PUT … -> settle [one commit: status, reference, event]

A process that dies in between leaves a claim that ends by itself; the next one calls again with
the same Idempotency-Key. Nothing is ever dropped: what the city cannot take now waits for ever.
"""

import datetime as dt
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from shared.service import App
from shared.worker import repeat
from sync_municipal.city import City
from sync_municipal.domain import UNSENT, Reply, Verdict
from sync_municipal.settings import check_push
from sync_municipal.use_cases import pushing
from sync_municipal.use_cases.pushing import Claimed

log = logging.getLogger(__name__)

_CLAIM_FENCE = "claim-exchanges"


class CityAway(Exception):
    """No call of a batch got through: the city is out of order, not the rows."""


def push(app: App, stop: threading.Event) -> None:
    """Push the ledger to the city at CITY_URL until `stop` is set."""
    check_push(app.settings)
    pusher = Pusher(app, stop)
    pusher.take_over()
    try:
        poll = app.settings.push_poll_seconds
        repeat("push", pusher.run_once, poll, stop, away=(CityAway,))
    finally:
        pusher.close()


class Pusher:
    """Pushes batch after batch; after a batch of failures it tries a few rows before many."""

    def __init__(self, app: App, stop: threading.Event) -> None:
        self.app = app
        self.stop = stop
        self.settings = s = app.settings
        self.city = City(
            url=s.city_url, token=s.city_token, timeout=s.push_timeout_seconds, tracer=app.tracer
        )
        self._threads = ThreadPoolExecutor(s.push_workers, thread_name_prefix="push")
        self._doubtful = False

    def take_over(self) -> None:
        """End the claims of a process that died, where no other can be alive (SQLite)."""
        if self.app.db.is_sqlite:
            with self.app.db.write() as session:
                pushing.release_all(session)

    def run_once(self) -> int:
        """Push one batch; returns how many calls were made. CityAway when none got through."""
        claimed = self._claim()
        if not claimed:
            return 0
        replies = self._call(claimed)
        self._settle(claimed, replies)
        verdicts = [reply.verdict for reply in replies]
        missed = next((r.reason for r in replies if r.verdict is Verdict.LATER), None)
        got_through = {Verdict.ACKNOWLEDGED, Verdict.REFUSED} & set(verdicts)
        self._doubtful = missed is not None and not got_through
        if self._doubtful:
            raise CityAway(missed)
        return len(verdicts) - verdicts.count(Verdict.UNSENT)

    def close(self) -> None:
        self._threads.shutdown()
        self.city.close()

    def _claim(self) -> list[Claimed]:
        s = self.settings
        with self.app.db.fenced(_CLAIM_FENCE) as session:
            if session is None:
                return []
            return pushing.claim(
                session,
                most=s.push_workers if self._doubtful else s.push_batch,
                now=self.app.clock.now(),
                lease=dt.timedelta(seconds=s.push_lease_seconds),
            )

    def _call(self, claimed: list[Claimed]) -> list[Reply]:
        """Call for each; what cannot begin in the first half of the lease is left for later."""
        ends = time.monotonic() + self.settings.push_lease_seconds / 2
        misses = _Misses(most=self.settings.push_workers)

        def call(exchange: Claimed) -> Reply:
            if self.stop.is_set() or misses.too_many or time.monotonic() > ends:
                return UNSENT
            reply = self.city.put(exchange)
            misses.heard(reply.verdict)
            return reply

        return list(self._threads.map(call, claimed))

    def _settle(self, claimed: list[Claimed], replies: list[Reply]) -> None:
        with self.app.db.write() as session:
            pushing.settle(
                session,
                replies=list(zip(claimed, replies, strict=True)),
                now=self.app.clock.now(),
                backoff=self.settings.push_backoff_seconds,
                backoff_most=self.settings.push_backoff_most_seconds,
            )


class _Misses:
    """Counts failures in a row, so that a city that hangs costs a batch one time-out, not many."""

    def __init__(self, *, most: int) -> None:
        self.most = most
        self._lock = threading.Lock()
        self._in_a_row = 0

    @property
    def too_many(self) -> bool:
        return self._in_a_row >= self.most

    def heard(self, verdict: Verdict) -> None:
        with self._lock:
            self._in_a_row = self._in_a_row + 1 if verdict is Verdict.LATER else 0
