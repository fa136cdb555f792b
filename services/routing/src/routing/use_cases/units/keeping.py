"""Keeping units one by one, and listing them."""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain.units import Fault, UnitRecord, faults, record, row_of
from routing.models.units import unit_revisions
from routing.use_cases.revisions import about_to_change
from routing.use_cases.units.knowing import read_units, with_lines
from shared.db import Session, upsert
from shared.errors import Invalid, both
from shared.web.paging import page_by_key

_MOST_A_PAGE = 200


def put_unit(session: Session, *, code: str, unit: Mapping[str, Any]) -> dict[str, Any]:
    """Create or replace a unit; Invalid where it contradicts itself or another unit.

    What came after the first version (level, period, successors and the like) keeps its value
    unless it is given, so that older callers take nothing away.
    """
    begin_change(session, models.units.name)
    before = read_units(session)
    old = row_of(before[code]) if code in before else {}
    after_row = row_of(UnitRecord(code=code, name="", kind="")) | old | dict(unit)
    after = with_lines(before | {code: record(after_row)})
    new = set(faults(after)) - set(faults(before))
    new.update(orphaning(session, before=before, after=after, codes=[code]))
    if own := {fault.field: fault.reason for fault in sorted(new) if fault.code == code}:
        raise Invalid(own)
    if new:
        raise Invalid({f"{fault.code}.{fault.field}": fault.reason for fault in sorted(new)})
    upsert(session, models.units, [after_row], key=["code"])
    return after_row


def begin_change(session: Session, table: str) -> str:
    """Give a table its next revision: others who would change it wait until this one is done."""
    about_to_change(session)
    revision = str(uuid.uuid4())
    upsert(session, unit_revisions, [{"name": table, "revision": revision}], key=["name"])
    return revision


def orphaning(
    session: Session,
    *,
    before: Mapping[str, UnitRecord],
    after: Mapping[str, UnitRecord],
    codes: Iterable[str],
) -> Iterator[Fault]:
    """Of `codes`, those that get an end and hold open cases that nobody would take over.

    Where shares name categories or areas one successor must take the rest (T22 Art.24(2)).
    """
    ending = [
        code
        for code in codes
        if after[code].valid_to is not None
        and not after[code].has_heir
        and not _same_end(before.get(code), after[code])
    ]
    for code in sorted(_holding(session, ending)):
        reason = both(
            f"{after[code].name}还有未办结的信访事项，撤并前须指定承接其余全部事项的单位。",
            f"{after[code].name} holds open cases: name a successor that takes all the rest.",
        )
        yield Fault(code, "successors", reason)


def _same_end(old: UnitRecord | None, new: UnitRecord) -> bool:
    return old is not None and (old.valid_to, old.successors) == (new.valid_to, new.successors)


def _holding(session: Session, codes: Collection[str]) -> set[str]:
    """Units among `codes` that lead an open case or still have a part to answer in one."""
    if not codes:
        return set()
    cases, parts = models.cases, models.case_parts
    leads = sa.select(cases.c.lead_unit).where(
        cases.c.lead_unit.in_(codes), cases.c.closed_at.is_(None)
    )
    helps = (
        sa.select(parts.c.unit)
        .join(cases, cases.c.case_id == parts.c.case_id)
        .where(
            parts.c.unit.in_(codes),
            parts.c.kind != models.PASSED,
            parts.c.answered_at.is_(None),
            cases.c.closed_at.is_(None),
        )
    )
    return set(session.scalars(sa.union(leads, helps)))


def list_units(session: Session) -> list[dict[str, Any]]:
    """All units, by code."""
    table = models.units
    return [dict(row._mapping) for row in session.execute(sa.select(table).order_by(table.c.code))]


def page_units(session: Session, *, query: Mapping[str, Any]) -> dict[str, Any]:
    """Units by code: a page where `limit` or `cursor` is given, else all that the filters leave."""
    table = models.units
    statement = sa.select(table)
    for name in ("kind", "parent"):
        if query[name]:
            statement = statement.where(table.c[name] == query[name])
    if day := query["valid_on"]:
        statement = statement.where(
            sa.or_(table.c.valid_from.is_(None), table.c.valid_from <= day),
            sa.or_(table.c.valid_to.is_(None), table.c.valid_to >= day),
        )
    if text := query["text"]:
        statement = statement.where(
            sa.or_(
                table.c.name.contains(text, autoescape=True),
                table.c.code.contains(text, autoescape=True),
            )
        )
    if query["limit"] is None and query["cursor"] is None:
        rows = session.execute(statement.order_by(table.c.code))
        return {"items": [dict(row._mapping) for row in rows], "next_cursor": None}
    return page_by_key(
        session,
        statement,
        by=[table.c.code],
        query={"limit": query["limit"] or _MOST_A_PAGE, "cursor": query["cursor"]},
        present=lambda row: dict(row._mapping),
    )
