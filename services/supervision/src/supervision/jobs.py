"""Timed work of supervision."""

import datetime as dt
import logging

from shared.service import App, Job
from supervision import use_cases

log = logging.getLogger(__name__)


def raise_alarms(app: App) -> None:
    """Raise an alarm on each registered petition that no case was opened for in time."""
    within = dt.timedelta(minutes=app.settings.unopened_alarm_minutes)
    raised = 0
    with app.db.fenced("raise_alarms") as session:
        if session is not None:
            # A case that is being heard of right now must clear the alarm, not miss it.
            app.db.wait_for_fence(session, "processor")
            raised = use_cases.raise_alarms(session, now=app.clock.now(), within=within)
    if raised:
        log.warning(
            "petitions without a case",
            extra={"raised": raised, "within_minutes": app.settings.unopened_alarm_minutes},
        )


JOBS = (Job("raise_alarms", 30, raise_alarms),)
