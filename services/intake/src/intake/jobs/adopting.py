"""Taking the looks that earlier releases wrote down into the audit chain."""

from intake.use_cases import adopt_looks
from shared.service import App, Job

_BATCH = 500


def run(app: App) -> None:
    """Move what there is, a transaction a batch, so that nobody waits long for the head."""
    moved = _BATCH
    while moved == _BATCH:
        with app.db.fenced("adopt_looks") as session:
            if session is None:
                return
            moved = adopt_looks(
                session, now=app.clock.now(), keys=app.resources.audit_keys, most=_BATCH
            )


JOB = Job("adopt_looks", 60, run)
