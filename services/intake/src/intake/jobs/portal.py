"""Forgetting drafts, sessions and counts whose time is over."""

import logging

from intake import use_cases
from shared.service import App, Job

log = logging.getLogger(__name__)
_BATCH = 500


def forget(app: App) -> None:
    """Remove what nobody may open any more; drafts a transaction a batch."""
    now = app.clock.now()
    with app.db.write() as session:
        use_cases.forget_counts(session, now=now)
        use_cases.forget_sessions(session, now=now)
    gone, removed = _BATCH, 0
    while gone == _BATCH:
        with app.db.write() as session:
            gone = use_cases.forget_drafts(session, now=now, most=_BATCH)
        removed += gone
    if removed:
        log.info("removed drafts that were over", extra={"drafts": removed})


JOB = Job("forget_drafts", 3600, forget)
