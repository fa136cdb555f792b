"""Figures that a process exports: cases and papers, counted over everything."""

import datetime as dt
from collections import Counter

import sqlalchemy as sa

from routing import models
from routing.resources import standard_procedure
from routing.use_cases.documents import unrendered
from shared.db import Session
from shared.metrics import ByLabel, Gauges


def gauges(session: Session, now: dt.datetime) -> Gauges:
    """Open cases by state, those of which a duty is overdue, papers without files; of all lanes.

    Closed cases are not counted: there are a million of them, and an index leads past them. By
    unit, category or lane the numbers would be so small that they told of somebody. What is
    withheld from anybody is not counted, or whoever it is withheld from saw it in what their own
    lists lack.
    """
    table, out = models.cases, models.case_accused
    withheld = table.c.case_id.in_(sa.select(out.c.case_id))
    open_states = [s.code for s in standard_procedure().states.values() if not s.ended]
    open_ = (
        sa.select(table.c.state, sa.func.count())
        .where(table.c.state.in_(open_states))
        .group_by(table.c.state)
    )
    found = Counter({state: count for state, count in session.execute(open_)})
    found.subtract({state: count for state, count in session.execute(open_.where(withheld))})
    late = sa.select(sa.func.count()).where(table.c.next_due_at <= now, sa.not_(withheld))
    papers = unrendered(session)
    return {
        "routing_cases_open": ByLabel("state", {s: found[s] for s in open_states}),
        "routing_cases_overdue": session.scalar(late) or 0,
        "routing_documents_waiting": papers["waiting"],
        "routing_documents_failed": papers["failed"],
    }
