"""Counting the clocks of open cases again, in batches, after the calendar has changed.

    notice imported, or a newer seed table --> calendar_recounts --> job --> case.moved.v1

Each batch is one transaction that also writes how far it came: a process that dies leaves nothing
half done, and the next goes on from there. A second pass, once older transactions are surely over,
finds the cases that were changed by somebody who still counted by the calendar before.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from routing import models
from routing.domain.calendar import Calendar, seed_until
from routing.domain.clocks import next_due
from routing.domain.recount import moves, recomputed
from routing.domain.review_window import wait_ends_at
from routing.events import CaseMoved, events
from routing.models import calendar as tables
from routing.resources import Resources
from routing.use_cases.header import headers
from shared.db import Session
from shared.outbox import emit

ACTION, ACTION_NAME = "recompute", "重新计算期限"
SETTLED_AFTER = dt.timedelta(minutes=2)
_PASSES = 2
_AT_ONCE = 1000


class Moved(NamedTuple):
    """How many clocks have another last day, in how many cases."""

    cases: int
    clocks: int


def would_move(session: Session, *, year: int, calendar: Calendar) -> Moved:
    """What counting again by `calendar` would move; nothing is changed."""
    table = models.cases
    found = session.execute(
        sa.select(table.c.clocks).where(_may_change(year)).execution_options(yield_per=_AT_ONCE)
    )
    moved = [n for (clocks,) in found if (n := _moved(clocks, _recounted(clocks, calendar)))]
    return Moved(len(moved), sum(moved))


def ask_after_upgrade(session: Session, *, now: dt.datetime) -> None:
    """Have clocks counted again where a newer seed table knows years that the one before did not.

    A database that has never noted its seed table begins with this one.
    """
    state = tables.calendar_state
    until = session.scalar(sa.select(state.c.seed_until).with_for_update())
    if not _is_newer(until):
        return
    session.execute(sa.update(state).values(seed_until=seed_until()))
    years = range(until + 1, seed_until() + 1) if until is not None else ()
    asked = [{"year": year, "asked_at": now, "asked_by": "chinesecalendar"} for year in years]
    if asked:
        session.execute(sa.insert(tables.calendar_recounts), asked)


def is_upgraded(session: Session) -> bool:
    """Whether the seed table knows more years than the one that clocks were counted with."""
    return _is_newer(session.scalar(sa.select(tables.calendar_state.c.seed_until)))


def due_recount(session: Session, *, now: dt.datetime) -> Any:
    """The oldest recount that has something to do now, or None."""
    table = tables.calendar_recounts
    return session.execute(
        sa.select(table)
        .where(
            table.c.done_at.is_(None),
            sa.or_(table.c.passes == 0, table.c.asked_at <= now - SETTLED_AFTER),
        )
        .order_by(table.c.seq)
        .limit(1)
    ).first()


def next_cases(session: Session, recount: Any, *, batch: int) -> list[int]:
    """The next cases whose clocks may change; read without a lock, since it may take long."""
    table = models.cases
    return list(
        session.scalars(
            sa.select(table.c.seq)
            .where(table.c.seq > recount.after_seq, _may_change(recount.year))
            .order_by(table.c.seq)
            .limit(batch)
        )
    )


def recount_cases(
    session: Session,
    recount: Any,
    *,
    seqs: Sequence[int],
    calendar: Calendar,
    resources: Resources,
    now: dt.datetime,
) -> None:
    """Count these cases' clocks again and note how far the recount came; without cases, that its
    pass is over. Does nothing where another process has gone on with it meanwhile.
    """
    table = tables.calendar_recounts
    current = session.execute(
        sa.select(table).where(table.c.seq == recount.seq).with_for_update()
    ).one()
    if (current.passes, current.after_seq) != (recount.passes, recount.after_seq):
        return
    if seqs:
        moved = _recount(session, seqs, calendar=calendar, resources=resources, now=now)
        progress: dict[str, Any] = {
            "after_seq": seqs[-1],
            "cases": current.cases + moved.cases,
            "clocks": current.clocks + moved.clocks,
        }
    else:
        passes = current.passes + 1
        progress = {"passes": passes, "after_seq": 0}
        progress["done_at"] = now if passes == _PASSES else None
    session.execute(sa.update(table).where(table.c.seq == recount.seq).values(progress))


def _is_newer(until: int | None) -> bool:
    return until is None or until < seed_until()


def _recount(
    session: Session,
    seqs: Sequence[int],
    *,
    calendar: Calendar,
    resources: Resources,
    now: dt.datetime,
) -> Moved:
    table = models.cases
    locked = session.execute(
        sa.select(table).where(table.c.seq.in_(seqs)).order_by(table.c.seq).with_for_update()
    )
    changed, clocks_moved, cases_moved = [], 0, 0
    for found in locked:
        row = dict(found._mapping)
        after = _recounted(row["clocks"], calendar)
        if after == row["clocks"]:
            continue
        moved = _moved(row["clocks"], after)
        clocks_moved, cases_moved = clocks_moved + moved, cases_moved + bool(moved)
        row |= {
            "clocks": after,
            "next_due_at": next_due(after),
            "wait_ends_at": wait_ends_at(row["state"], after),
            "version": row["version"] + 1,
        }
        changed.append(row)
    if changed:
        _write(session, changed)
        _tell(session, changed, resources=resources, now=now)
    return Moved(cases_moved, clocks_moved)


def _write(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    table = models.cases
    written = ("clocks", "next_due_at", "wait_ends_at", "version")
    columns: dict[str, Any] = {name: sa.bindparam(name) for name in written}
    session.connection().execute(
        sa.update(table).where(table.c.case_id == sa.bindparam("b_case_id")).values(**columns),
        [{"b_case_id": row["case_id"], **{name: row[name] for name in written}} for row in rows],
    )


def _tell(
    session: Session, rows: Sequence[dict[str, Any]], *, resources: Resources, now: dt.datetime
) -> None:
    for row, whole in zip(rows, headers(session, rows, resources=resources), strict=True):
        emit(
            session,
            events[CaseMoved],
            subject=row["case_id"],
            data={"header": whole, "action": ACTION, "action_name": ACTION_NAME},
            time=now,
        )


def _recounted(clocks: Sequence[dict[str, Any]], calendar: Calendar) -> list[dict[str, Any]]:
    return [recomputed(clock, calendar) for clock in clocks]


def _moved(before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]) -> int:
    return sum(map(moves, before, after))


def _may_change(year: int) -> sa.ColumnElement[bool]:
    """Open and lately closed cases of which a clock names a day of the year.

    A clock that is provisional because of a year has its last day in it. A window for review
    outlives its case's end, by far less than a year (T22 Arts.35, 36). This is a first sieve in
    the database: what the clocks say is decided on the clocks themselves.
    """
    table = models.cases
    year_before = dt.datetime(year - 1, 1, 1, tzinfo=dt.UTC)
    open_or_lately = sa.or_(table.c.closed_at.is_(None), table.c.closed_at >= year_before)
    return sa.and_(open_or_lately, sa.cast(table.c.clocks, sa.Text).like(f'%"{year}-%'))
