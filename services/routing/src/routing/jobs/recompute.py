"""After a change of the calendar, the clocks of open cases are counted again, batch by batch."""

from routing.use_cases.calendar import office_calendar
from routing.use_cases.recounting import (
    ask_after_upgrade,
    due_recount,
    is_upgraded,
    next_cases,
    recount_cases,
)
from shared.service import App, Job

BATCH = 100
BATCHES_MOST = 50
_FENCE = "recompute_clocks"


def recompute(app: App) -> None:
    """Go on with the oldest recount for a while; other jobs must have their turn."""
    note_seed(app)
    for _ in range(BATCHES_MOST):
        if not recompute_batch(app):
            return


def note_seed(app: App) -> None:
    """Ask for a recount where this version's seed table knows more years than the one before."""
    with app.db.read() as session:
        upgraded = is_upgraded(session)
    if upgraded:
        with app.db.fenced(_FENCE) as writing:
            if writing is not None:
                ask_after_upgrade(writing, now=app.clock.now())


def recompute_batch(app: App, *, batch: int = BATCH) -> bool:
    """One transaction of the oldest recount; False where none has anything to do."""
    now = app.clock.now()
    with app.db.read() as session:
        recount = due_recount(session, now=now)
        if recount is None:
            return False
        seqs = next_cases(session, recount, batch=batch)
    with app.db.fenced(_FENCE) as writing:
        if writing is None:
            return False
        recount_cases(
            writing,
            recount,
            seqs=seqs,
            calendar=office_calendar(writing),
            resources=app.resources,
            now=now,
        )
    return True


JOB = Job("recompute_clocks", 5, recompute)
