"""The worker: relay, receiver, processor, replays and timed jobs, each a loop in its own thread.

    relay      outbox -> bus                processor  inbox -> handlers -> outbox
    receiver   bus -> inbox (RabbitMQ)      jobs       timed work, housekeeping
    watch      frees the locks of a replica that has stopped (PostgreSQL)

A loop never dies: an error is logged, counted and followed by a growing wait. On SIGTERM loops
take no more work, what is under way is settled, and the process leaves within `drain_seconds`.
"""

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable

import sqlalchemy as sa

from shared import migrations, trace
from shared.bus import BusUnavailable, Publisher, Receiver
from shared.db import is_infrastructure
from shared.ground import DONE
from shared.log import describe
from shared.service import App, Job

log = logging.getLogger(__name__)

_WAIT_MOST_S = 30.0
_WAIT_FIRST_S = 0.2
_JOB_TICK_S = 1.0
_WATCH_S = 1.25
_REST_MOST = 4


def loops(
    app: App, publisher: Publisher, receiver: Receiver | None, stop: threading.Event
) -> list[threading.Thread]:
    """The threads of a worker, not yet started."""
    app.metrics.will_publish(event_type.name for event_type in app.service.events)
    poll = app.settings.poll_seconds
    relay, replays, processor = app.relay(publisher), app.replays(publisher), app.processor
    work: list[tuple[str, Callable[[], None]]] = [
        ("relay", lambda: repeat("relay", relay.run_once, poll, stop)),
        ("replays", lambda: repeat("replays", replays.run_once, max(poll, 0.5), stop)),
        ("processor", lambda: repeat("processor", processor.run_once, poll, stop)),
        ("jobs", lambda: _run_jobs(app, stop)),
    ]
    if not app.db.is_sqlite:
        work.append(("watch", lambda: repeat("watch", lambda: _watch(app), _WATCH_S, stop)))
    if receiver is not None:
        work.append(("receiver", lambda: receiver.run(stop)))
    return [
        threading.Thread(target=target, name=f"{app.service.name}.{name}", daemon=True)
        for name, target in work
    ]


def _watch(app: App) -> int:
    """Free what a stopped replica holds, so that this one can go on."""
    ended = app.db.end_stopped_sessions()
    if ended:
        log.warning("ended sessions of a stopped process", extra={"sessions": ended})
    return 0


def run(app: App, publisher: Publisher, receiver: Receiver, stop: threading.Event) -> None:
    """Run a worker until `stop` is set; then drain."""
    app.inbox.wake_unknown()
    threads = loops(app, publisher, receiver, stop)
    for thread in threads:
        thread.start()
    app.loops[:] = threads
    log.info("worker started")
    stop.wait()
    app.loops.clear()
    deadline = time.monotonic() + app.settings.drain_seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    left = [thread.name for thread in threads if thread.is_alive()]
    log.info("worker stopped", extra={"still_busy": left})


def repeat(
    name: str,
    step: Callable[[], int],
    poll: float,
    stop: threading.Event,
    *,
    away: tuple[type[Exception], ...] = (BusUnavailable,),
) -> None:
    """Do `step` until `stop` is set; rest `poll` seconds when it did nothing, four times that in a
    long calm, in which every look at the database is for nothing.

    `away` are the errors that say what is out of reach now: waited for, and no fault of the code.
    """
    wait, rest = _WAIT_FIRST_S, poll
    while not stop.is_set():
        try:
            busy = step() > 0
        except Exception as error:  # noqa: BLE001 - a loop must outlive every error
            known = isinstance(error, away) or is_infrastructure(error)
            log.warning(
                f"{name} cannot go on now",
                extra={"cause": describe(error), "wait_s": wait},
                exc_info=None if known else error,
            )
            stop.wait(wait)
            wait = min(wait * 2, _WAIT_MOST_S)
            continue
        wait = _WAIT_FIRST_S
        if busy:
            rest = poll
        else:
            stop.wait(rest)
            rest = min(rest * 1.25, poll * _REST_MOST)


def _run_jobs(app: App, stop: threading.Event) -> None:
    jobs = (*housekeeping(app), *app.service.jobs)
    due = dict.fromkeys((job.name for job in jobs), 0.0)
    for job in jobs:
        app.metrics.job_scheduled(job.name, seconds=job.seconds)
    while not stop.is_set():
        for job in jobs:
            if stop.is_set() or time.monotonic() < due[job.name]:
                continue
            due[job.name] = time.monotonic() + job.seconds
            run_job(app, job)
        stop.wait(_JOB_TICK_S)


def run_job(app: App, job: Job) -> bool:
    """Run a job once, counted; False if it failed."""
    began_ns, span, ok = time.time_ns(), app.tracer.begin(None), True
    with trace.under(span):
        try:
            job.run(app)
        except Exception as error:  # noqa: BLE001 - one failing job must not stop the others
            ok = False
            known = is_infrastructure(error)
            extra = {"job": job.name, "cause": describe(error)}
            log.warning("job failed", extra=extra, exc_info=None if known else error)
    app.metrics.job_ran(job.name, ok=ok)
    app.tracer.end(
        f"job {job.name}",
        "internal",
        span,
        parent=None,
        began_ns=began_ns,
        attributes={"minsheng.job": job.name},
        failed=not ok,
    )
    return ok


def housekeeping(app: App) -> tuple[Job, ...]:
    """The jobs every service has: tables that would only grow are cleaned."""
    kept = (
        Job("forget_handled_envelopes", 3600, _forget_envelopes),
        Job("forget_stored_answers", 3600, _forget_answers),
    )
    if app.db.is_sqlite:
        return kept
    return (*kept, Job("make_outbox_partitions", 86_400, _make_partitions))


def _forget_envelopes(app: App) -> None:
    """Envelopes of done rows go after `inbox_keep_days`; their ids stay for ever."""
    table = app.service.ground.inbox
    before = app.clock.now() - dt.timedelta(days=app.settings.inbox_keep_days)
    with app.db.fenced("forget_handled_envelopes") as session:
        if session is not None:
            session.execute(
                sa.update(table)
                .where(
                    table.c.status == DONE,
                    table.c.envelope.is_not(None),
                    table.c.received_at < before,
                )
                .values(envelope=None)
            )


def _forget_answers(app: App) -> None:
    """Stored answers go after `idempotency_keep_days`."""
    table = app.service.ground.answers
    before = app.clock.now() - dt.timedelta(days=app.settings.idempotency_keep_days)
    with app.db.fenced("forget_stored_answers") as session:
        if session is not None:
            session.execute(sa.delete(table).where(table.c.created_at < before))


def _make_partitions(app: App) -> None:
    """Next months' outbox partitions exist before their month begins."""
    with app.db.fenced("make_outbox_partitions") as session:
        if session is not None:
            migrations.create_partitions(session.connection(), app.clock.now())
