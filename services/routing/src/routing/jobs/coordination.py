"""Timed work of coordination: what is overdue, and what thousands of cases are still to be told."""

from routing.use_cases.coordination import cases, tasks
from shared.service import App, Job


def mark_overdue_tasks(app: App) -> None:
    """Tell once of each task whose due day has passed."""
    found = 1
    while found:
        with app.db.fenced("mark_overdue_tasks") as session:
            if session is None:
                return
            found = tasks.mark_overdue(session, now=app.clock.now(), resources=app.resources)


def tell_waiting_notes(app: App) -> None:
    """Tell the cases of a great meeting or task, a batch in each transaction."""
    told = 1
    while told:
        with app.db.fenced("tell_waiting_notes") as session:
            if session is None:
                return
            told = cases.tell_waiting(session, resources=app.resources)


JOBS = (
    Job("mark_overdue_tasks", 60, mark_overdue_tasks),
    Job("tell_waiting_notes", 2, tell_waiting_notes),
)
