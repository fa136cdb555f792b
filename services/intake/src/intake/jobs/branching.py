"""Keeping the branches of the audit chain."""

from intake.use_cases import open_branches, tie_branches
from shared.service import App, Job


def run(app: App) -> None:
    """Open the branches where there are none yet, and say in the main chain how far they are."""
    now, keys = app.clock.now(), app.resources.audit_keys
    with app.db.fenced("tie_audit") as session:
        if session is not None:
            open_branches(session, now=now, keys=keys)
            tie_branches(session, now=now, keys=keys)


JOB = Job("tie_audit", 60, run)
