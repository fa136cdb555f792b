"""The calendar that clocks are computed with: the seed table, and the notices imported over it."""

import datetime as dt
import weakref
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing.domain.calendar import Calendar, NoticeDay, is_weekday, seed_name, seed_source
from routing.domain.notices import OFF, WORKED, Entry, Notice, checked, entries, written
from routing.models import calendar as tables
from routing.use_cases.recounting import Moved, would_move
from routing.use_cases.revisions import revisions
from shared.clock import EARLIEST, LATEST, office_day
from shared.db import Session, upsert
from shared.errors import Invalid, NotFound, both

YEARS = range(EARLIEST.year + 1, LATEST.year)
_AHEAD = 2
_KEPT = "office_calendar"
_known: weakref.WeakKeyDictionary[Any, tuple[int, Calendar]] = weakref.WeakKeyDictionary()


def office_calendar(session: Session) -> Calendar:
    """The working days as this office knows them.

    The notices are read once for each revision of theirs.
    """
    found: Calendar | None = session.info.get(_KEPT)
    if found is None:
        found = session.info[_KEPT] = _at_revision(session, revisions(session).calendar)
    return found


def put_notice(
    session: Session, *, year: int, body: Mapping[str, Any], by: str, now: dt.datetime
) -> dict[str, Any]:
    """Put a year's notice in place of the one before, and have open clocks counted again by it.

    `body` has `csv` or `days`, `full`, `source` and `dry_run`: with that nothing is kept, and the
    answer says how many clocks of how many cases would move. Invalid names the line and reason.
    """
    notice = _notice(year, body)
    calendar = office_calendar(session)
    worked = {one.day: one.worked for one in notice.days}
    planned = calendar.with_notice(year, worked, full=notice.full)
    answer = {
        "year": year,
        "full": notice.full,
        "dry_run": body["dry_run"],
        "changed_days": _differences(calendar, planned, year),
    }
    if body["dry_run"]:
        return answer | _told(would_move(session, year=year, calendar=planned))
    if not _is_kept(session, notice, source=body["source"]):
        _keep(session, notice, source=body["source"], by=by, now=now)
        session.info[_KEPT] = planned
    return answer | _told(None)


def calendar_year(session: Session, *, year: int) -> dict[str, Any]:
    """A year as clocks are computed with it: its days that differ from Monday to Friday."""
    if year not in YEARS:
        raise NotFound()
    calendar = office_calendar(session)
    imported = session.execute(
        sa.select(tables.calendar_years).where(tables.calendar_years.c.year == year)
    ).first()
    days = _exceptions(session, calendar, year)
    shown = [
        {"day": one.day, "kind": WORKED if one.worked else OFF, "name": one.name} for one in days
    ]
    return _year(year, calendar, imported) | {
        "days": shown,
        "csv": written(days),
        "recount": _last_recount(session, year),
    }


def list_years(session: Session, *, now: dt.datetime) -> list[dict[str, Any]]:
    """The years about now and all that were imported, the newest first."""
    calendar = office_calendar(session)
    rows = session.execute(sa.select(tables.calendar_years))
    imported: dict[int, Any] = {row.year: row for row in rows}
    this = office_day(now).year
    years = set(imported) | set(range(this - 1, this + _AHEAD + 1))
    return [_year(year, calendar, imported.get(year)) for year in sorted(years, reverse=True)]


def _at_revision(session: Session, revision: int) -> Calendar:
    bind = session.get_bind()
    known = _known.get(bind)
    if known is None or known[0] != revision:
        known = _known[bind] = (revision, _load(session))
    return known[1]


def _load(session: Session) -> Calendar:
    days, years = tables.calendar_days, tables.calendar_years
    rows = session.execute(sa.select(days.c.day, days.c.worked))
    full = session.scalars(sa.select(years.c.year).where(years.c.is_full))
    return Calendar({day: worked for day, worked in rows}, frozenset(full))


def _notice(year: int, body: Mapping[str, Any]) -> Notice:
    if year not in YEARS:
        between = f"{YEARS[0]}–{YEARS[-1]}"
        raise Invalid({"year": both(f"年份应在{between}之间。", f"Must be within {between}.")})
    if (body["csv"] is None) == (body["days"] is None):
        one_of = both("csv和days须且只须提供一项。", "Send either csv or days.")
        raise Invalid({"csv": one_of})
    if body["csv"] is not None:
        return checked(entries(body["csv"]), year=year, full=body["full"], field="csv")
    sent = [
        Entry(at, one["day"].isoformat(), one["kind"], one["name"])
        for at, one in enumerate(body["days"], start=1)
    ]
    return checked(sent, year=year, full=body["full"], field="days")


def _is_kept(session: Session, notice: Notice, *, source: str | None) -> bool:
    """Whether this is the notice that is kept already, so that sending it twice does nothing."""
    years = tables.calendar_years
    kept = session.execute(sa.select(years).where(years.c.year == notice.year)).first()
    same = kept is not None and (kept.is_full, kept.source) == (notice.full, source)
    return same and _days(session, notice.year) == {one.day: one for one in notice.days}


def _keep(
    session: Session, notice: Notice, *, source: str | None, by: str, now: dt.datetime
) -> None:
    state, days, years = tables.calendar_state, tables.calendar_days, tables.calendar_years
    # First, so that of two imports at once the second waits: revisions grow in order of commit.
    session.execute(sa.update(state).values(revision=state.c.revision + 1))
    session.execute(sa.delete(days).where(days.c.year == notice.year))
    session.execute(
        sa.insert(days),
        [
            {"day": one.day, "year": notice.year, "worked": one.worked, "name": one.name}
            for one in notice.days
        ],
    )
    row = {
        "year": notice.year,
        "is_full": notice.full,
        "source": source,
        "imported_at": now,
        "imported_by": by,
    }
    upsert(session, years, [row], key=["year"])
    asked = {"year": notice.year, "asked_at": now, "asked_by": by}
    session.execute(sa.insert(tables.calendar_recounts).values(asked))


def _days(session: Session, year: int) -> dict[dt.date, NoticeDay]:
    table = tables.calendar_days
    rows = session.execute(
        sa.select(table.c.day, table.c.worked, table.c.name).where(table.c.year == year)
    )
    return {row.day: NoticeDay(row.day, row.worked, row.name) for row in rows}


def _exceptions(session: Session, calendar: Calendar, year: int) -> list[NoticeDay]:
    imported = _days(session, year)
    return [
        imported.get(day) or NoticeDay(day, not is_weekday(day), seed_name(day))
        for day in calendar.exceptions(year)
    ]


def _differences(before: Calendar, after: Calendar, year: int) -> int:
    """How many days of the year are worked now and were not, or the other way round."""
    return len(set(before.exceptions(year)) ^ set(after.exceptions(year)))


def _year(year: int, calendar: Calendar, imported: Any) -> dict[str, Any]:
    published = calendar.is_published(year)
    return {
        "year": year,
        "published": published,
        "status_name": "已公布" if published else "暂定",
        "imported": imported is not None,
        "full": imported.is_full if imported else published,
        "source": imported.source if imported else seed_source() if published else None,
        "imported_at": imported.imported_at if imported else None,
        "imported_by": imported.imported_by if imported else None,
    }


def _last_recount(session: Session, year: int) -> dict[str, Any] | None:
    table = tables.calendar_recounts
    last = sa.select(table).where(table.c.year == year).order_by(table.c.seq.desc()).limit(1)
    row = session.execute(last).first()
    return dict(row._mapping) if row else None


def _told(moved: Moved | None) -> dict[str, Any]:
    return {
        "moved_cases": moved.cases if moved else None,
        "moved_clocks": moved.clocks if moved else None,
    }
