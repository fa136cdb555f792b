"""Telling other services of whom cases are withheld from, where they do not know it yet."""

from routing.use_cases.telling import tell_access
from shared.service import App, Job

_BATCH = 100


def run(app: App) -> None:
    """Go on until all is told, a transaction a batch."""
    told = _BATCH
    while told == _BATCH:
        with app.db.fenced("tell_access") as session:
            if session is None:
                return
            told = tell_access(session, most=_BATCH, resources=app.resources)


JOB = Job("tell_access", 30, run)
