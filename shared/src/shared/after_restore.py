"""After a restore: a service whose database was taken back to an earlier time goes on without harm.

    python -m intake after-restore --to 2026-11-01T08:00:00Z      (each service, before its worker)

Others have seen what the database forgot: people read numbers, the city took over versions. Both go
on behind whatever can have been handed out since. What was on its way when the queues were purged
is asked for again, by an event, since only the reader knows what it hears.
"""

import datetime as dt
import math
from dataclasses import dataclass

import sqlalchemy as sa

from shared.contracts import REPLAY_REQUESTED
from shared.db import Session
from shared.outbox import emit
from shared.service import App

REPUBLISHED = dt.timedelta(hours=24)
_PASSED_AT_LEAST = 10_000
_PASSED_A_SECOND = 5

_SEQUENCES = sa.text("""
SELECT c.relname FROM pg_class c
WHERE c.relkind = 'S' AND c.relnamespace = current_schema()::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i'))
ORDER BY c.relname
""")


@dataclass(frozen=True)
class Resumed:
    """What was done: numbers passed over, and the types asked for again, since when."""

    passed: int
    since: dt.datetime
    types: list[str]


def after_restore(app: App, *, to: dt.datetime, republished: dt.timedelta = REPUBLISHED) -> Resumed:
    """Pass over the numbers of the time that was lost, and ask for the events of the time before.

    `to` is the time that the database was taken back to; ValueError where it has not come yet. One
    transaction; doing it twice passes over more numbers and asks again, and harms nothing.
    """
    now = app.clock.now()
    if to > now:
        raise ValueError(f"{to.isoformat()} is still to come")
    passed = numbers_passed(to=to, now=now)
    since = to - republished
    types = sorted({name for row in app.service.subscriptions.rows for name in row.types})
    with app.db.write() as session:
        _pass_over(session, app, passed)
        app.service.after_restore(session, passed, now)
        if app.service.talks:
            emit(
                session,
                app.service.events[REPLAY_REQUESTED],
                subject=f"replay-{app.service.name}",
                data={"to": app.service.name, "types": types, "since": since},
                time=now,
            )
    return Resumed(passed, since, types)


def numbers_passed(*, to: dt.datetime, now: dt.datetime) -> int:
    """More numbers than can have been handed out between `to` and `now`, of any one kind.

    It grows with the time that is lost, so that a second restore to an even earlier time ends
    behind the numbers handed out after the first one, with nothing remembered in between.
    """
    return _PASSED_AT_LEAST + _PASSED_A_SECOND * math.ceil((now - to).total_seconds())


def _pass_over(session: Session, app: App, passed: int) -> None:
    """Advance every number that is handed out by name; those of rows (identity) stay."""
    numbers = app.service.ground.numbers
    session.execute(sa.update(numbers).values(last=numbers.c.last + passed))
    if app.db.is_sqlite:
        return
    for name in session.scalars(_SEQUENCES).all():
        quoted = session.connection().dialect.identifier_preparer.quote(name)
        session.execute(
            sa.text(f"SELECT setval(:name, (SELECT last_value + :passed FROM {quoted}))"),  # noqa: S608
            {"name": quoted, "passed": passed},
        )
