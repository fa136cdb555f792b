"""Dispatching by the office's rules, batch by batch."""

from routing.use_cases.pre_dispatching import pre_dispatch_cases
from shared.service import App, Job

_BATCH = 50


def run(app: App) -> None:
    """Go through the registered cases, a transaction a batch."""
    after: int | None = 0
    while after is not None:
        with app.db.write() as session:
            after = pre_dispatch_cases(
                session,
                now=app.clock.now(),
                after=after,
                most=_BATCH,
                resources=app.resources,
            )


JOB = Job("pre_dispatch", 15, run)
