"""Calls and visits forget: with their petition, and after some days whatever became of them.

What stays is times, outcomes and counts.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.reception import CALLED, LEFT, NO_SHOW, WAITING
from intake.resources import Resources
from intake.use_cases.visitors import forget_visitors
from shared.db import Session

_calls, _callbacks, _visits = models.calls, models.callbacks, models.visits
_NUMBER: dict[str, Any] = dict.fromkeys(("number", "number_index", "indexed_with"))
_UNFINISHED = (WAITING, CALLED, NO_SHOW)


def forget_desks_of(session: Session, petition_ids: Sequence[str], *, now: dt.datetime) -> None:
    """Forget the calls and visits by which these petitions came in."""
    calls = list(_ids(session, _calls.c.call_id, _calls.c.petition_id.in_(petition_ids)))
    visits = list(_ids(session, _visits.c.visit_id, _visits.c.petition_id.in_(petition_ids)))
    _forget_calls(session, calls, now=now)
    _forget_visits(session, visits, now=now)


def forget_drafts(session: Session, *, now: dt.datetime, resources: Resources, most: int) -> int:
    """Forget up to `most` calls and as many visits that are older than DESK_DRAFT_DAYS; how many.

    Of a registered call only the number goes: its recording stays as long as its petition.
    A call that is still owed back waits for that.
    """
    before = now - resources.desks.drafts_kept
    owed = sa.exists().where(
        _callbacks.c.call_id == _calls.c.call_id, _callbacks.c.closed_at.is_(None)
    )
    old_call = sa.and_(_calls.c.erased_at.is_(None), _calls.c.opened_at < before, sa.not_(owed))
    calls = _ids(session, _calls.c.call_id, old_call, most=most)
    old_visit = sa.and_(_visits.c.erased_at.is_(None), _visits.c.taken_at < before)
    visits = _ids(session, _visits.c.visit_id, old_visit, most=most)
    _forget_calls(session, calls, now=now, with_filed=False)
    _forget_visits(session, visits, now=now, with_filed=False)
    return len(calls) + len(visits)


def forget_codes(session: Session, *, before: dt.datetime) -> int:
    """Remove the sealed codes of receipts that nobody printed; how many."""
    unprinted = sa.and_(_visits.c.sealed_code.is_not(None), _visits.c.ended_at < before)
    gone = sa.update(_visits).where(unprinted).values(sealed_code=None)
    return len(session.execute(gone.returning(_visits.c.visit_id)).all())


def _forget_calls(
    session: Session, ids: Sequence[str], *, now: dt.datetime, with_filed: bool = True
) -> None:
    these = _calls.c.call_id.in_(ids)
    blank = _NUMBER | {"sheet": None, "erased_at": now}
    session.execute(sa.update(_calls).where(these).values(**blank))
    unfiled = sa.true() if with_filed else _calls.c.petition_id.is_(None)
    session.execute(sa.update(_calls).where(these, unfiled).values(recording=None))
    owed = _callbacks.c.call_id.in_(ids)
    session.execute(sa.update(_callbacks).where(owed).values(**_NUMBER, about=None))
    still_open = sa.update(_callbacks).where(owed, _callbacks.c.closed_at.is_(None))
    session.execute(still_open.values(state="closed", closed_for="erased", closed_at=now))


def _forget_visits(
    session: Session, ids: Sequence[str], *, now: dt.datetime, with_filed: bool = True
) -> None:
    these = _visits.c.visit_id.in_(ids)
    blank = {"record": None, "sealed_code": None, "erased_at": now}
    session.execute(sa.update(_visits).where(these).values(**blank))
    unfiled = sa.true() if with_filed else _visits.c.petition_id.is_(None)
    session.execute(sa.update(_visits).where(these, unfiled).values(confirmed_by=None))
    unfinished = sa.update(_visits).where(these, _visits.c.state.in_(_UNFINISHED))
    session.execute(unfinished.values(state=LEFT, end_reason="erased", ended_at=now))
    forget_visitors(session, ids)


def _ids(
    session: Session,
    column: sa.ColumnElement[str],
    condition: sa.ColumnElement[bool],
    *,
    most: int | None = None,
) -> list[str]:
    """The ids of rows, which are locked; those that somebody works on are left for the next run."""
    found = sa.select(column).where(condition).order_by(column)
    if most is None:
        return list(session.scalars(found.with_for_update()))
    return list(session.scalars(found.limit(most).with_for_update(skip_locked=True)))
