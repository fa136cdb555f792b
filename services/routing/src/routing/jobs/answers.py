"""Answers given before there was an index of them are put into it, batch by batch."""

from routing.use_cases.opinions import keep_old_answers
from shared.service import App, Job

_BATCH = 200
_BATCHES_MOST = 50


def run(app: App) -> None:
    """Go on where the last run ended, for a while; other jobs must have their turn."""
    for _ in range(_BATCHES_MOST):
        with app.db.write() as session:
            if not keep_old_answers(session, most=_BATCH):
                return


JOB = Job("old_answers", 600, run)
