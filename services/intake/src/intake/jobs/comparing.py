"""Comparing what was registered with what was there before."""

import datetime as dt

from intake.use_cases import comparing
from shared.db import is_infrastructure
from shared.log import describe
from shared.service import App

_BATCH = 50
_TURNS = 20
"""Batches in one run, so that other jobs get theirs."""
_SWEPT = 10_000
_BACKOFF = dt.timedelta(minutes=1)


def compare(app: App) -> None:
    """Compare what waits, a transaction a batch; what fails is put off and does not hold others."""
    for _ in range(_TURNS):
        try:
            done = _batch(app, _BATCH)
        except Exception as error:
            if is_infrastructure(error):
                raise
            done = _one_by_one(app)
        if done < _BATCH:
            return


def sweep(app: App) -> None:
    """Take up petitions that were registered before there was comparing."""
    swept = _SWEPT
    while swept == _SWEPT:
        with app.db.fenced("sweep") as session:
            swept = comparing.sweep(session, most=_SWEPT) if session else 0


def _batch(app: App, most: int) -> int:
    with app.db.fenced("compare") as session:
        if session is None:
            return 0
        return comparing.compare_waiting(
            session, now=app.clock.now(), most=most, common=app.resources.common_pairs
        )


def _one_by_one(app: App) -> int:
    """The petitions of a batch that failed, each in a transaction of its own."""
    done = 0
    for _ in range(_BATCH):
        try:
            done += _batch(app, 1)
        except Exception as error:
            if is_infrastructure(error):
                raise
            with app.db.fenced("compare") as session:
                if session is not None:
                    comparing.put_off(
                        session, now=app.clock.now(), error=describe(error), backoff=_BACKOFF
                    )
    return done
