"""Telling other services of whom cases are withheld from, where they do not know it yet."""

from routing.use_cases.telling import tell_access
from shared.service import App, Job

_BATCH = 500
_CALM_MOST = 4


def run(app: App) -> None:
    """Go on through the cases as long as there is something to tell, and a little further.

    A transaction a batch. The next run goes on from there, and at the end begins anew.
    """
    sweep, calm = app.resources.access_sweep, 0
    while calm < _CALM_MOST:
        with app.db.fenced("tell_access") as session:
            if session is None:
                return
            told, after = tell_access(
                session, after=sweep.after, most=_BATCH, resources=app.resources
            )
        sweep.after = after or ""
        if after is None:
            return
        calm += not told


JOB = Job("tell_access", 30, run)
