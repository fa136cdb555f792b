"""The jobs of notices: each medium is sent by itself, so that one that is down delays no other."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from intake.domain.notices import Outcome, Verdict
from intake.senders import Sender
from intake.use_cases.notices import sending
from intake.use_cases.notices.sending import Batch, Claimed
from intake.use_cases.phone_codes import forget_phone_codes
from shared.service import App

log = logging.getLogger(__name__)

_RUN_S = 5.0
"""After this long a run begins nothing more, so that the other jobs have their turn."""
_BROKEN_MOST = 3


def send(app: App) -> None:
    """Send what is due; raises, once every medium has had its turn, what went wrong with one."""
    if not app.resources.talking.senders:
        return
    with app.db.read() as session:
        media = sending.due_media(session, now=app.clock.now(), talking=app.resources.talking)
    if not media:
        return
    ends = time.monotonic() + _RUN_S
    with ThreadPoolExecutor(len(media), thread_name_prefix="notices") as pool:
        runs = [pool.submit(_send_medium, app, medium, ends) for medium in media]
    for run in runs:
        run.result()


def forget_codes(app: App) -> None:
    """Forget the query codes of receipts that have not gone for days, and old phone codes."""
    with app.db.write() as session:
        sending.forget_codes(session, talking=app.resources.talking, now=app.clock.now())
        forget_phone_codes(session, now=app.clock.now())


def _send_medium(app: App, medium: str, ends: float) -> None:
    talking = app.resources.talking
    sender: Sender = talking.senders[medium]
    try:
        with ThreadPoolExecutor(talking.lines, thread_name_prefix=medium) as lines:
            while time.monotonic() < ends and (batch := _claim(app, medium)):
                outcomes = _hand_over(batch, sender, lines, ends)
                _settle(app, batch, outcomes)
    finally:
        sender.rest()


def _claim(app: App, medium: str) -> Batch | None:
    with app.db.write() as session:
        return sending.claim(session, medium=medium, resources=app.resources, now=app.clock.now())


def _settle(app: App, batch: Batch, outcomes: list[Outcome | None]) -> None:
    with app.db.write() as session:
        sending.settle(
            session,
            batch=batch,
            outcomes=outcomes,
            talking=app.resources.talking,
            now=app.clock.now(),
        )


def _hand_over(
    batch: Batch, sender: Sender, lines: ThreadPoolExecutor, ends: float
) -> list[Outcome | None]:
    """What the gateway said of each; None where the time was up or it had failed too often."""
    broken = _InARow(most=_BROKEN_MOST)

    def one(notice: Claimed) -> Outcome | None:
        if broken.too_many or time.monotonic() > ends:
            return None
        outcome = _sent(sender.send, notice)
        broken.heard(outcome.verdict)
        return outcome

    return list(lines.map(one, batch.notices))


def _sent(send: Callable[..., Outcome], notice: Claimed) -> Outcome:
    """What the sender says; one that raises all the same has failed on this notice."""
    try:
        return send(notice.message)
    except Exception as error:  # noqa: BLE001 - a plug-in's fault must not stop the others
        log.warning("a sender raised", extra={"cause": type(error).__name__})
        return Outcome(Verdict.BROKEN, type(error).__name__)


class _InARow:
    """Counts failures in a row, so that a gateway that hangs costs a batch few time-outs."""

    def __init__(self, *, most: int) -> None:
        self.most = most
        self._lock = threading.Lock()
        self._count = 0

    @property
    def too_many(self) -> bool:
        return self._count >= self.most

    def heard(self, verdict: Verdict) -> None:
        failed = verdict in (Verdict.BROKEN, Verdict.AWAY)
        with self._lock:
            self._count = self._count + 1 if failed else 0
