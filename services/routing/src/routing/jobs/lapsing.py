"""Ending cases whose period for review has passed, batch by batch."""

from routing.use_cases.lapsing import lapse_cases, note_waits
from shared.service import App, Job

_BATCH = 100


def run(app: App) -> None:
    """Go through the cases whose time to apply is over, a transaction a batch."""
    noted = _BATCH
    while noted == _BATCH:
        with app.db.write() as session:
            noted = note_waits(session, most=_BATCH)
    after: int | None = 0
    while after is not None:
        with app.db.write() as session:
            _, after = lapse_cases(
                session,
                now=app.clock.now(),
                after=after,
                most=_BATCH,
                resources=app.resources,
            )


JOB = Job("lapse", 60, run)
