"""Forgetting calls and visits whose days are over, and codes of receipts that nobody printed."""

import logging

from intake.use_cases.forgetting_desks import forget_codes, forget_drafts
from shared.service import App, Job

log = logging.getLogger(__name__)
_BATCH = 500


def run(app: App) -> None:
    """A transaction a batch, until nothing is left."""
    done = _BATCH
    while done:
        with app.db.fenced("forget_desks") as session:
            if session is None:
                return
            now = app.clock.now()
            forget_codes(session, before=now - app.resources.talking.fresh)
            done = forget_drafts(session, now=now, resources=app.resources, most=_BATCH)
        if done:
            log.info("calls and visits were forgotten", extra={"rows": done})


JOB = Job("forget_desks", 3600, run)
