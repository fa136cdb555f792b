"""Erasing petitioners whose time is over, by the days of RETENTION_DAYS."""

import logging

from intake.use_cases import erase_due
from shared.service import App, Job

log = logging.getLogger(__name__)
_BATCH = 1000


def run(app: App) -> None:
    """Go through all petitions that are not erased, a transaction a batch."""
    after: str | None = ""
    while after is not None:
        with app.db.fenced("retention") as session:
            if session is None:
                return
            erased, after = erase_due(
                session,
                after=after,
                now=app.clock.now(),
                resources=app.resources,
                most=_BATCH,
            )
        if erased:
            log.info("petitioners were erased by rule", extra={"petitions": erased})


JOB = Job("retention", 24 * 3600, run)
