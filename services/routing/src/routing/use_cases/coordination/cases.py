"""The cases that coordination is about: who may see them through it, and what they are told."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain.coordination import Step
from routing.events import CaseNoted, events
from routing.models import coordination as tables
from routing.resources import Resources
from routing.use_cases.coordination.things import BATCH, Row
from routing.use_cases.header import headers
from routing.use_cases.reading import kept_out, visible
from routing.use_cases.units import unit_names
from shared.auth import Principal
from shared.db import Session
from shared.errors import Conflict, Invalid, NotFound, both
from shared.outbox import emit
from shared.web.paging import page_by_key

_AT_ONCE = 200
_NAMED_MOST = 3


def own_units(by: Principal) -> list[str]:
    """The units for which a caller acts."""
    return sorted(by.own_units)


def seen_with_all(links: sa.Table, thing: sa.Table, *, by: Principal) -> sa.ColumnElement[bool]:
    """Holds for a thing unless it is on a secret case that the caller may not see (T22 Art.30)."""
    key = links.c[f"{_name(links)}_id"]
    cases = models.cases
    hidden = (
        sa.select(sa.literal(1))
        .select_from(links.join(cases, cases.c.case_id == links.c.case_id))
        .where(key == thing.c[key.name], cases.c.secret, sa.not_(visible(by)))
        .correlate(thing)
        .exists()
    )
    return sa.or_(sa.not_(thing.c.secret), sa.not_(hidden))


def sees_case(case_id: sa.ColumnElement[str], *, by: Principal) -> sa.ColumnElement[bool]:
    """Holds where the caller may see the case that a row belongs to."""
    return case_id.in_(sa.select(models.cases.c.case_id).where(visible(by)))


def check_seen(session: Session, case_id: str, *, by: Principal) -> None:
    """NotFound where a case is not the caller's to know."""
    table = models.cases
    seen = sa.select(table.c.case_id).where(table.c.case_id == case_id, visible(by))
    if session.execute(seen).first() is None:
        raise NotFound()


def lock_case(session: Session, case_id: str, *, by: Principal | None) -> Row:
    """The case's row, locked; NotFound where it is not theirs to know (`by` None: a partner)."""
    table = models.cases
    known = sa.true() if by is None else visible(by)
    found = session.execute(
        sa.select(table).where(table.c.case_id == case_id, known).with_for_update(of=table)
    ).first()
    if found is None:
        raise NotFound()
    return dict(found._mapping)


def check_units(session: Session, field: str, units: Sequence[str]) -> dict[str, str]:
    """The names of all units; Invalid where one of `units` does not exist."""
    names = unit_names(session)
    if unknown := [unit for unit in units if unit not in names]:
        listed = "、".join(unknown[:_NAMED_MOST])
        raise Invalid({field: both(f"没有这个单位：{listed}。", f"There is no unit {listed}.")})
    return names


def check_parties(
    session: Session, *, case_ids: Sequence[str], units: Sequence[str], by: Principal
) -> bool:
    """Whether any of the cases is secret; refuses cases and units that may not come together.

    Invalid for a case that the caller may not see, 409 for a unit that one of the cases accuses,
    or a secret case before a unit that does not lead it (T22 Arts.30(3), 46(5)).
    """
    table, accused = models.cases, models.case_accused
    secret = False
    for batch in batches(case_ids):
        rows = session.execute(
            sa.select(table.c.case_id, table.c.secret, table.c.lead_unit).where(
                table.c.case_id.in_(batch), visible(by)
            )
        ).all()
        _check_known(case_ids, batch, {row.case_id for row in rows})
        hit = session.execute(
            sa.select(accused.c.who)
            .where(accused.c.case_id.in_(batch), accused.c.kind == "unit", accused.c.who.in_(units))
            .limit(1)
        ).scalar()
        if hit is not None:
            raise Conflict(
                both(
                    f"单位“{hit}”是其中某件的被反映单位，不能参与。",
                    f"A case accuses the unit {hit}, which may take no part in it.",
                ),
                code="accused_unit",
                basis="T22 Arts.30(3), 46(5)",
                unit=hit,
            )
        for row in rows:
            secret = secret or row.secret
            if row.secret and any(unit != row.lead_unit for unit in units):
                raise Conflict(
                    both(
                        "涉密件只能由其承办单位参与。",
                        "Only the unit that leads a secret case may take part in it.",
                    ),
                    code="secret_case",
                    basis="T22 Arts.30(3), 46(5)",
                )
    return secret


def _check_known(case_ids: Sequence[str], batch: Sequence[str], known: set[str]) -> None:
    missing = [case_id for case_id in batch if case_id not in known]
    if missing:
        at = case_ids.index(missing[0])
        raise Invalid(
            {f"case_ids.{at}": both("没有这个信访事项。", "There is no such case for you.")}
        )


def link(session: Session, links: sa.Table, thing_id: str, case_ids: Sequence[str]) -> None:
    """Put cases to a thing."""
    key = f"{_name(links)}_id"
    for batch in batches(case_ids):
        session.execute(sa.insert(links), [{key: thing_id, "case_id": c} for c in batch])


def linked(session: Session, links: sa.Table, thing_id: str) -> list[str]:
    """The ids of a thing's cases, in order."""
    key = links.c[f"{_name(links)}_id"]
    wanted = sa.select(links.c.case_id).where(key == thing_id).order_by(links.c.case_id)
    return list(session.execute(wanted).scalars())


def list_linked(
    session: Session,
    links: sa.Table,
    thing_id: str,
    *,
    query: dict[str, Any],
    by: Principal,
    through: bool = True,
    words: bool = False,
) -> dict[str, Any]:
    """A page of a thing's cases: title and, with `words`, masked words.

    With `through`, who sees the thing sees its cases through it, but for secret ones, those that
    accuse their own unit, and those that they are kept out of.
    """
    cases, accused = models.cases, models.case_accused
    accuses = (
        sa.select(accused.c.case_id)
        .where(
            accused.c.case_id == cases.c.case_id,
            accused.c.kind == "unit",
            accused.c.who.in_(own_units(by)),
        )
        .correlate(cases)
        .exists()
    )
    statement = (
        sa.select(cases.c.case_id, cases.c.case_no, cases.c.title, cases.c.content, cases.c.secret)
        .select_from(links.join(cases, cases.c.case_id == links.c.case_id))
        .where(
            links.c[f"{_name(links)}_id"] == thing_id,
            sa.or_(
                visible(by),
                sa.and_(sa.not_(cases.c.secret), sa.not_(accuses), sa.not_(kept_out(by))),
            )
            if through
            else visible(by),
        )
    )

    def show(row: Any) -> dict[str, Any]:
        return dict(row._mapping) | {"content": row.content if words else None}

    return page_by_key(session, statement, by=[links.c.case_id], query=query, present=show)


def tell(
    session: Session,
    step: Step,
    *,
    case_ids: Sequence[str],
    at: dt.datetime,
    resources: Resources,
    unit: str | None = None,
    due: dt.date | None = None,
) -> None:
    """Tell of a step on each case: of a few at once, of many in batches by the timed job."""
    if step.told is None:
        return
    notes = [
        {"case_id": case_id, "kind": step.told, "kind_name": step.title, "unit": unit,
         "due": due, "at": at}
        for case_id in case_ids
    ]  # fmt: skip
    if len(notes) <= _AT_ONCE:
        _emit(session, notes, resources=resources)
        return
    for batch in batches(notes):
        session.execute(sa.insert(tables.waiting_notes), list(batch))


def tell_waiting(session: Session, *, resources: Resources) -> int:
    """Tell the oldest of what waits to be told; returns how many."""
    table = tables.waiting_notes
    rows = session.execute(sa.select(table).order_by(table.c.seq).limit(_AT_ONCE)).all()
    _emit(session, [dict(row._mapping) for row in rows], resources=resources)
    if rows:
        session.execute(sa.delete(table).where(table.c.seq.in_([row.seq for row in rows])))
    return len(rows)


def _emit(session: Session, notes: Sequence[Mapping[str, Any]], *, resources: Resources) -> None:
    table = models.cases
    ids = sorted({note["case_id"] for note in notes})
    locked = sa.select(table).where(table.c.case_id.in_(ids)).order_by(table.c.case_id)
    rows = [dict(row._mapping) for row in session.execute(locked.with_for_update())]
    whole = {one["case_id"]: one for one in headers(session, rows, resources=resources)}
    for note in notes:
        told = {name: note[name] for name in ("kind", "kind_name", "unit", "due")}
        emit(
            session,
            events[CaseNoted],
            subject=note["case_id"],
            data={"header": whole[note["case_id"]], **told},
            time=note["at"],
        )


def batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    """The items by the few hundred, which every database takes as parameters."""
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _name(links: sa.Table) -> str:
    return next(c.name for c in links.c if c.name != "case_id").removesuffix("_id")
