"""Lists of cases: each way of matching is read along its own index, and the ways are merged.

One condition with OR across lead, parts and named readers would make PostgreSQL leave every index
aside (docs/adr/0026). So a list is a union of short reads, each with the order and limit of the
whole; `ways` says the same as `reading.visible`.
"""

import datetime as dt
import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain import policy
from routing.resources import Resources
from routing.use_cases import scene as scenes
from routing.use_cases.listing_order import Order, Stretch, order_of
from routing.use_cases.reading import SHOWN, has_part, kept_out, named, present
from routing.use_cases.units import unit_names
from shared import access
from shared.auth import WHOLE_DISTRICT, Principal
from shared.db import Session

Condition = sa.ColumnElement[bool]
_BRANCHES_MOST = 64
_LOOKED_AT = 5_000
"""The most cases that one page of a search in titles looks at."""
COUNTED_MOST = 10_000
_cases = models.cases


@dataclass(frozen=True)
class Few:
    """A condition that another, smaller table decides: its cases are fetched, and then sorted.

    Left to itself PostgreSQL walks all cases in order and asks that table about each.
    """

    condition: Condition


@dataclass(frozen=True)
class Among:
    """A column that has one of several values: a list follows each one's index, as that keeps the
    order; a count takes them together, as no case is found twice."""

    column: sa.ColumnElement[Any]
    values: tuple[str, ...]


@dataclass(frozen=True)
class Branch:
    """Conditions that hold together, and whether they leave few cases."""

    conditions: tuple[Condition, ...]
    few: bool


@dataclass(frozen=True)
class Sieve:
    """Which cases: `all_of` and `among` hold for each, of every tuple of `any_of` at least one."""

    all_of: tuple[Condition, ...] = ()
    any_of: tuple[tuple[Condition | Few, ...], ...] = ()
    among: tuple[Among, ...] = ()
    few_owe_nothing: bool = False
    """Of these cases few have no due time, as of those that wait for somebody."""

    def branches(self, *, in_order: bool = True) -> list[Branch]:
        """One for each combination of alternatives, so that each finds its index; for reading in
        no order, the values of `among` stay together."""
        whole, any_of = list(self.all_of), list(self.any_of)
        for one in self.among:
            if in_order:
                any_of.append(tuple(one.column == value for value in one.values) or (sa.false(),))
            else:
                whole.append(one.column.in_(one.values))
        choices = sorted(any_of, key=len)
        while choices and math.prod(map(len, choices)) > _BRANCHES_MOST:
            whole.append(sa.or_(*map(_condition, choices.pop())))
        return [
            Branch((*map(_condition, combined), *whole), any(isinstance(c, Few) for c in combined))
            for combined in itertools.product(*choices)
        ]


def ways(by: Principal) -> Sieve:
    """The cases that `reading.visible` lets a caller know of, as ways that an index follows."""
    if access.sees_every_secret(by):
        return Sieve((sa.not_(kept_out(by)),))
    units, acts = sorted(by.unit_scope - {WHOLE_DISTRICT}), by.has(*access.UNIT_ROLES)
    public, helps = sa.not_(_cases.c.secret), has_part(units)
    found: list[Condition | Few] = [_cases.c.lead_unit == unit for unit in units]
    if not by.has(*access.UNIT_ROLES, *access.SECRET_ROLES):
        found = [sa.and_(_cases.c.lead_unit == unit, public) for unit in units]
    if by.sees_all_units:
        found.append(public)
    if acts or not by.sees_all_units:
        found.append(Few(helps if acts else sa.and_(helps, public)))
    return Sieve((sa.not_(kept_out(by)),), ((*found, Few(named(by))),))


def sieve_of(
    query: dict[str, Any], *, by: Principal, now: dt.datetime, resources: Resources
) -> Sieve:
    """The cases that the filters of a query leave of those a caller may see."""
    seen = ways(by)
    all_of, any_of, among = list(seen.all_of), list(seen.any_of), []
    for name in ("state", "lead_unit", "handler", "purpose", "case_no", "split_from"):
        wanted = query["unit" if name == "lead_unit" else name]
        if wanted:
            all_of.append(_cases.c[name] == wanted)
    if query["stage"]:
        states = [s.code for s in resources.procedure.states.values() if s.stage == query["stage"]]
        among.append(Among(_cases.c.state, tuple(states)))
    if query["category"]:
        codes = _below(query["category"], resources.rules.categories)
        among.append(Among(_cases.c.category, tuple(codes)))
    if query["petition_id"]:
        any_of.append(_of_petition(query["petition_id"]))
    if query["due_before"]:
        all_of.append(_cases.c.next_due_at <= query["due_before"])
    if query["overdue"]:
        all_of.append(_cases.c.next_due_at <= now)
    if query["received_from"]:
        all_of.append(_cases.c.received_at >= query["received_from"])
    if query["received_to"]:
        all_of.append(_cases.c.received_at < query["received_to"])
    due = bool(query["due_before"] or query["overdue"])
    return Sieve(tuple(all_of), tuple(any_of), tuple(among), few_owe_nothing=due)


def list_cases(
    session: Session,
    *,
    query: dict[str, Any],
    by: Principal,
    now: dt.datetime,
    resources: Resources,
) -> dict[str, Any]:
    """A page of the cases a caller may see, newest first or by due time; never their words.

    `allowed` is what the table knows for the state and the caller's roles; the case itself, read
    singly, knows more.
    """
    sieve = sieve_of(query, by=by, now=now, resources=resources)
    return page_of(session, sieve, order=order_of(query), query=query, by=by, resources=resources)


def count_cases(
    session: Session,
    *,
    query: dict[str, Any],
    by: Principal,
    now: dt.datetime,
    resources: Resources,
) -> dict[str, Any]:
    """How many cases the list of these filters holds, counted up to `COUNTED_MOST`."""
    sieve = sieve_of(query, by=by, now=now, resources=resources)
    return counted(session, [sieve])[0]


def counted(session: Session, sieves: Sequence[Sieve]) -> list[dict[str, Any]]:
    """How many cases each sieve has, as pages show it; `capped` where there are more."""
    found = []
    for count in counts_up_to(session, sieves, most=COUNTED_MOST):
        capped = count > COUNTED_MOST
        shown = f"{COUNTED_MOST}+" if capped else str(count)
        found.append({"count": min(count, COUNTED_MOST), "capped": capped, "shown": shown})
    return found


def page_of(
    session: Session,
    sieve: Sieve,
    *,
    order: Order,
    query: dict[str, Any],
    by: Principal,
    resources: Resources,
) -> dict[str, Any]:
    """One page of a sieve's cases as lists show them."""
    columns = [_cases.c[name] for name in SHOWN if name != "content"]
    last = order.decode(query["cursor"]) if query["cursor"] else None
    rows, key = rows_after(
        session,
        sieve,
        order=order,
        last=last,
        limit=query["limit"],
        columns=columns,
        title=query.get("title"),
    )
    names, actor = unit_names(session), scenes.actor(by)

    @cache
    def allowed(state: str) -> list[str]:
        return [one.name for one in policy.candidates(resources.procedure, state, actor)]

    def show(row: Any) -> dict[str, Any]:
        whole = dict(row._mapping) | {"content": None}
        return present(whole, names=names, resources=resources, allowed=allowed(whole["state"]))

    return {"items": [show(row) for row in rows], "next_cursor": key and order.encode(key)}


def rows_after(
    session: Session,
    sieve: Sieve,
    *,
    order: Order,
    last: Sequence[Any] | None,
    limit: int,
    columns: Sequence[sa.ColumnElement[Any]],
    title: str | None = None,
) -> tuple[Sequence[Any], Sequence[Any] | None]:
    """Up to `limit` rows after the key `last`, and the key to go on from, None at the end.

    With `title` a page may hold fewer rows than there are: it looks at a bounded number of cases
    and says from where to go on.
    """
    keys = [column.label(f"_key{n}") for n, column in enumerate(order.columns)]
    wanted = _LOOKED_AT if title else limit + 1
    statement = _rows(sieve, order, last=last, most=wanted, columns=[*columns, *keys])
    if title:
        statement = statement.where(_cases.c.title.icontains(title, autoescape=True))
    rows = session.execute(statement.limit(_written(limit + 1))).all()
    if len(rows) > limit:
        return rows[:limit], [getattr(rows[limit - 1], key.name) for key in keys]
    if not title:
        return rows, None
    end = _rows(sieve, order, last=last, most=wanted, columns=keys)
    seen_last = session.execute(end.offset(_LOOKED_AT - 1).limit(_written(1))).first()
    return rows, list(seen_last) if seen_last else None


def counts_up_to(session: Session, sieves: Sequence[Sieve], *, most: int) -> list[int]:
    """How many cases each sieve has, with one query; `most` + 1 where there are more."""
    if not sieves:
        return []
    return list(session.execute(sa.select(*(_count(sieve, most) for sieve in sieves))).one())


def _count(sieve: Sieve, most: int) -> sa.ScalarSelect[int]:
    picked = [
        sa.select(_cases.c.seq).where(*branch.conditions).limit(_written(most + 1)).subquery()
        for branch in sieve.branches(in_order=False)
    ]
    found = _united(picked).subquery()
    one = sa.select(found.c.seq).limit(_written(most + 1)).subquery()
    return sa.select(sa.func.count()).select_from(one).scalar_subquery()


def _rows(
    sieve: Sieve,
    order: Order,
    *,
    last: Sequence[Any] | None,
    most: int,
    columns: Sequence[sa.ColumnElement[Any]],
) -> sa.Select[Any]:
    """The columns of the first `most` cases, in order."""
    stretches = order.stretches(last)
    branches = [(s, b) for s in stretches for b in sieve.branches()]
    few = sieve.few_owe_nothing
    picked = [_picked(s, b, most, few=b.few or (few and s.lacks)).subquery() for s, b in branches]
    keys = _united(picked).subquery()
    first = (
        sa.select(keys.c.seq).order_by(*order.across(keys.c)).limit(_written(most)).subquery()
        if len(picked) > 1
        else picked[0]
    )
    return (
        sa.select(*columns)
        .join_from(first, _cases, _cases.c.seq == first.c.seq)
        .order_by(*order.across(_cases.c))
    )


def _picked(stretch: Stretch, branch: Branch, most: int, *, few: bool) -> sa.Select[Any]:
    statement = sa.select(*stretch.columns).where(*stretch.conditions, *branch.conditions)
    order = stretch.unindexed if few else stretch.order_by
    return statement.order_by(*order).limit(_written(most))


def _condition(one: Condition | Few) -> Condition:
    return one.condition if isinstance(one, Few) else one


def _united(picked: Iterable[sa.Subquery]) -> Any:
    selects = [sa.select(one) for one in picked]
    return selects[0] if len(selects) == 1 else sa.union(*selects)


def _written(number: int) -> sa.ColumnElement[int]:
    """A limit in the statement's own text: a plan made for any limit would sort whole tables."""
    return sa.literal_column(str(number), sa.Integer)


def _below(category: str, known: Iterable[str]) -> list[str]:
    """The category and those under it, such as `transport` and `transport.bus`."""
    return sorted({category, *(code for code in known if code.startswith(f"{category}."))})


def _of_petition(petition_id: str) -> tuple[Few, ...]:
    """The petition's case, and those that were split off it."""
    links = models.case_petitions
    linked = sa.select(links.c.case_id).where(links.c.petition_id == petition_id)
    return Few(_cases.c.case_id.in_(linked)), Few(_cases.c.split_from.in_(linked))
