"""Rebuild: clear a reader's projections and let the producers' logs fill them again.

Only projection handlers run again. They write tables and nothing else, and everything that leaves
the system has a unique key of its own, so a rebuild sends nothing twice.
"""

import sqlalchemy as sa

from shared.contracts import REPLAY_REQUESTED
from shared.outbox import emit
from shared.service import App


def rebuild(app: App) -> list[str]:
    """Clear and ask for a replay, in one transaction; returns the event types asked for.

    The processor is kept out meanwhile by its own fence. Types with a projection handler are
    asked for; their inbox rows are removed, so that the same events count as new.
    """
    service = app.service
    rows = [row for row in service.subscriptions.rows if row.projection]
    types = sorted({name for row in rows for name in row.types})
    if not types:
        return []
    table = service.ground.inbox
    with app.db.write() as session:
        app.db.wait_for_fence(session, "processor")
        for projection in service.projections:
            session.execute(sa.delete(projection))
        for row in rows:
            session.execute(
                sa.delete(table).where(table.c.source == row.from_, table.c.type.in_(row.types))
            )
        emit(
            session,
            service.events[REPLAY_REQUESTED],
            subject=f"replay-{service.name}",
            data={"to": service.name, "types": types, "since": None},
            time=app.clock.now(),
        )
    return types
