"""Reading cases: nobody sees more than role and unit allow."""

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain import clocks, policy
from routing.domain.scene import Actor, Scene
from routing.resources import Resources
from routing.use_cases import scene as scenes
from routing.use_cases.classification import refresh
from routing.use_cases.scene import Concerned
from routing.use_cases.units import unit_names
from shared import access
from shared.auth import WHOLE_DISTRICT, Principal
from shared.clock import office_day
from shared.db import Session
from shared.errors import NotFound

SHOWN = (
    "case_id", "case_no", "version", "state", "petition_ids", "petition_nos", "channel", "purpose",
    "secret", "historical", "title", "content", "place", "suggestion", "category", "lead_unit",
    "co_units", "clocks", "next_due_at", "report_due", "reply", "service_method", "close_reason",
    "received_at", "opened_at", "classified_at", "forwarded_at", "accepted_at", "replied_at",
    "served_at", "closed_at", "route", "handling", "handler", "merged_into", "split_from",
    "facts",
)  # fmt: skip


def visible(by: Principal) -> sa.ColumnElement[bool]:
    """The condition for the cases a caller may know of, by the rule of every service.

    For one case, or as a filter; a list is read by `listing.ways`, which say the same.
    """
    table = models.cases
    return access.visible(
        by,
        secret=table.c.secret,
        lead_unit=table.c.lead_unit,
        helps=has_part,
        named=named(by),
        withheld=kept_out(by),
        asked=has_part(sorted(by.unit_scope)),
    )


def has_part(units: Sequence[str]) -> sa.ColumnElement[bool]:
    """The condition for the cases in which one of the units has a part."""
    table, parts = models.cases, models.case_parts
    return sa.exists().where(parts.c.case_id == table.c.case_id, parts.c.unit.in_(units))


def named(by: Principal) -> sa.ColumnElement[bool]:
    """The condition for the cases of which a caller is a named reader (Art.46(5))."""
    table, readers = models.cases, models.case_access
    return sa.exists().where(readers.c.case_id == table.c.case_id, readers.c.account == by.sub)


def kept_out(by: Principal) -> sa.ColumnElement[bool]:
    """The condition for the cases that a caller never sees (Art.30(3))."""
    table, out = models.cases, models.case_accused
    return sa.exists().where(
        out.c.case_id == table.c.case_id,
        sa.or_(
            sa.and_(out.c.kind == "account", out.c.who == by.sub),
            sa.and_(
                table.c.purpose == "accusation",
                out.c.kind == "unit",
                out.c.who.in_(sorted(by.own_units)),
            ),
        ),
    )


def present(
    row: Mapping[str, Any],
    *,
    names: Mapping[str, str],
    resources: Resources,
    allowed: list[str],
) -> dict[str, Any]:
    """A case as a caller reads it, with what they may do now."""
    category = resources.rules.categories.get(row["category"])
    state = resources.procedure.states.get(row["state"])
    return {name: row[name] for name in SHOWN} | {
        "suggestion": _suggestion(row["suggestion"]),
        "hints": row["suggestion"],
        "state_name": state.name if state else row["state"],
        "stage": state.stage if state else None,
        "category_name": category.name if category else None,
        "lead_unit_name": names.get(row["lead_unit"], row["lead_unit"]),
        "allowed": allowed,
    }


def _suggestion(kept: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The category that is suggested, if one is: words may say other things only."""
    if kept is None or kept["category"] is None:
        return None
    return dict(kept) | {"unit": kept["unit"] or ""}


def allowed_now(
    session: Session,
    row: Mapping[str, Any],
    *,
    by: Actor,
    at: dt.datetime,
    resources: Resources,
    concerned: Concerned | None = None,
) -> list[str]:
    """The actions that a caller may take on a case now, as far as that is known beforehand."""
    return policy.allowed(
        possible(session, row, by=by, at=at, resources=resources, concerned=concerned)
    )


def possible(
    session: Session,
    row: Mapping[str, Any],
    *,
    by: Actor,
    at: dt.datetime,
    resources: Resources,
    concerned: Concerned | None = None,
) -> Iterator[Scene]:
    """A scene, without a body, for each action that the table knows for the state and roles."""
    actions = policy.candidates(resources.procedure, row["state"], by)
    if not actions:
        return
    first = scenes.scene(
        session,
        row=row,
        action=actions[0],
        body={},
        by=by,
        at=at,
        resources=resources,
        concerned=concerned,
    )
    for action in actions:
        approved = scenes.ready(session, row, action=action, at=at, resources=resources)
        yield dataclasses.replace(first, action=action, approved=approved)


def case_for(
    session: Session, *, case_id: str, by: Principal, now: dt.datetime, resources: Resources
) -> dict[str, Any]:
    """One case; NotFound where it is not theirs to know."""
    refresh(session, resources=resources)
    row = case_row(session, case_id=case_id, by=by)
    return whole(session, row, by=scenes.actor(by), at=now, resources=resources)


def whole(
    session: Session,
    row: Mapping[str, Any],
    *,
    by: Actor,
    at: dt.datetime,
    resources: Resources,
) -> dict[str, Any]:
    """A case as it is read singly: with the parts of other units, and what one may do now."""
    names, case_id = unit_names(session), row["case_id"]
    concerned = scenes.concerned_in(session, [case_id])[case_id]
    allowed = allowed_now(session, row, by=by, at=at, resources=resources, concerned=concerned)
    shown = present(row, names=names, resources=resources, allowed=allowed)
    parts = [_part(part, names, office_day(at)) for part in concerned.asked]
    return shown | {"clocks": clocks.expire(row["clocks"], at=at), "parts": parts}


def _part(part: Mapping[str, Any], names: Mapping[str, str], today: dt.date) -> dict[str, Any]:
    """What another unit was asked for and has answered, for the lead to put together."""
    answered, due = part["answered_at"], part["due"]
    late = due is not None and (office_day(answered) if answered else today) > due
    return dict(part) | {"unit_name": names.get(part["unit"], part["unit"]), "overdue": late}


def case_row(session: Session, *, case_id: str, by: Principal) -> dict[str, Any]:
    """The row of a case that a caller may see; NotFound where it is not theirs to know."""
    table = models.cases
    seen = sa.select(table).where(table.c.case_id == case_id, visible(by))
    row = session.execute(seen).first()
    if row is None:
        raise NotFound()
    return dict(row._mapping)


def count(session: Session, *, by: Principal) -> dict[str, Any]:
    """How many cases and petitions there are: the bureau's totals, or a unit's own.

    A total of the whole district tells nothing about any one case, but for those that the caller's
    own lists lack: what is withheld from somebody is not counted to them. Each number is read from
    an index alone, but for the few cases that are not as usual.
    """
    table, links = models.cases, models.case_petitions
    if by.sees_all_units:
        return _counts(*_of_district(session, by))
    units = sorted(by.unit_scope - {WHOLE_DISTRICT})
    leads = table.c.lead_unit.in_(units)
    led, unseen = _by_state(session, leads), _by_state(session, leads, _unseen_of_own(by, units))
    other = sa.or_(table.c.lead_unit.is_(None), table.c.lead_unit.not_in(units))
    helped = _by_state(session, _helped(by, units), other, visible(by))
    found = Counter(led) + Counter(helped)
    found.subtract(unseen)
    cases, petitions = found.total(), 0
    odd = sa.text(models.ODD[session.get_bind().dialect.name])
    linked = (
        sa.select(sa.func.count())
        .select_from(links)
        .where(links.c.case_id == table.c.case_id)
        .scalar_subquery()
    )
    for way in (leads, sa.and_(_helped(by, units), other)):
        statement = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(linked), 0))
        seen = statement.select_from(table).where(odd, way, visible(by))
        odd_cases, of_odd = session.execute(seen).one()
        cases, petitions = cases - odd_cases, petitions + int(of_odd)
    return _counts(+found, cases + petitions)


def _of_district(session: Session, by: Principal) -> tuple[Counter[str], int]:
    """Cases by state, and petitions, without those that are withheld from the caller."""
    table, links = models.cases, models.case_petitions
    withheld = sa.and_(table.c.case_id.in_(_barred(by)), kept_out(by))
    found = Counter(_by_state(session, sa.true()))
    found.subtract(_by_state(session, withheld))
    linked = sa.select(sa.func.count()).select_from(links)
    hidden = linked.join(table, table.c.case_id == links.c.case_id).where(withheld)
    petitions = (session.scalar(linked) or 0) - (session.scalar(hidden) or 0)
    return +found, petitions


def _counts(by_state: Mapping[str, int], petitions: int) -> dict[str, Any]:
    cases = sum(by_state.values())
    return {"cases": cases, "petitions": petitions, "by_state": dict(by_state)}


def _by_state(session: Session, *known: sa.ColumnElement[bool]) -> dict[str, int]:
    table = models.cases
    statement = sa.select(table.c.state, sa.func.count()).where(*known).group_by(table.c.state)
    return {state: number for state, number in session.execute(statement)}


def _unseen_of_own(by: Principal, units: list[str]) -> sa.ColumnElement[bool]:
    """Of the cases that these units lead, those that the caller may not know of."""
    table = models.cases
    secret = sa.select(table.c.case_id).where(table.c.secret, table.c.lead_unit.in_(units))
    doubtful = sa.union(secret, _barred(by)).subquery()
    return sa.and_(table.c.case_id.in_(sa.select(doubtful.c.case_id)), sa.not_(visible(by)))


def _barred(by: Principal) -> sa.Select[Any]:
    """Ids of the few cases that may be withheld from a caller: all that are, and some more."""
    out = models.case_accused
    return sa.select(out.c.case_id).where(out.c.who.in_([by.sub, *sorted(by.own_units)]))


def _helped(by: Principal, units: list[str]) -> sa.ColumnElement[bool]:
    """The cases in which the units have a part, or of which the caller is a named reader."""
    parts, readers = models.case_parts, models.case_access
    helped = sa.select(parts.c.case_id).where(parts.c.unit.in_(units))
    read = sa.select(readers.c.case_id).where(readers.c.account == by.sub)
    either = sa.union(helped, read).subquery()
    return models.cases.c.case_id.in_(sa.select(either.c.case_id))
