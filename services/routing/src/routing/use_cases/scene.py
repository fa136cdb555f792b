"""Gathering what guards look at: the case, its parts and accused, the units that a body names."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain.jurisdiction import successor
from routing.domain.procedure import Action
from routing.domain.scene import Actor, Approved, Office, Scene
from routing.resources import Resources
from routing.use_cases.calendar import office_calendar
from routing.use_cases.judging import judged
from routing.use_cases.units import organisation
from shared.auth import WHOLE_DISTRICT, Principal
from shared.clock import office_day
from shared.db import Session

_UNITS, _PARTS = ("unit", "units"), "parts"
_OPINIONS = ("reply", "answer_directly", "decide_review", "decide_re_review")
_LEVELS = {"reply": "handling", "decide_review": "review", "decide_re_review": "re_review"}
_DECIDED = {level: action for action, level in _LEVELS.items()}
_PART, _ACCUSED, _DECIDER = "part", "accused", "decider"
_OF_A_PART = (
    "case_id", "unit", "kind", "state", "asked", "answer", "due", "asked_at", "accepted_at",
    "answered_at",
)  # fmt: skip
_KNOWN_OF_OTHER = (
    "case_id", "state", "purpose", "secret", "merged_into", "clocks", "facts", "lead_unit",
)  # fmt: skip


@dataclass(frozen=True)
class Concerned:
    """Who has to do with a case: what units were asked for, in order; whom it accuses.

    `deciders` are accounts that wrote, approved or decided on an opinion in it, and by which
    action.
    """

    asked: list[dict[str, Any]] = field(default_factory=list)
    units: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    deciders: set[tuple[str, str]] = field(default_factory=set)

    @property
    def parts(self) -> dict[str, dict[str, Any]]:
        """The parts of those that help to handle it, by unit."""
        return {part["unit"]: part for part in self.asked if part["kind"] == models.CO}


def actor(by: Principal) -> Actor:
    """A caller as guards see them."""
    return Actor(
        account=by.sub,
        roles=by.roles,
        unit=by.unit,
        scope=frozenset(by.unit_scope - {WHOLE_DISTRICT}),
        whole_district=WHOLE_DISTRICT in by.unit_scope,
    )


def scene(
    session: Session,
    *,
    row: Mapping[str, Any],
    action: Action,
    body: Mapping[str, Any],
    by: Actor,
    at: dt.datetime,
    resources: Resources,
    other: Mapping[str, Any] | None = None,
    concerned: Concerned | None = None,
) -> Scene:
    """The scene of one action on a case that is locked, or read.

    `concerned` is read where it is not known already. Units are kept out where the case accuses
    them; a claim goes to the unit that it is about (T22 Arts.23, 30(3)).
    """
    around = concerned or concerned_in(session, [row["case_id"]])[row["case_id"]]
    asked, day = _named(action, body), office_day(at)
    leads = {row["lead_unit"], other["lead_unit"] if other else None} - {None}
    named = offices(session, asked | leads, on=day)
    gone = (asked | {row["lead_unit"]} - {None}) - named.keys()
    return Scene(
        case=row,
        action=action,
        body=body,
        by=by,
        at=at,
        day=day,
        procedure=resources.procedure,
        calendar=office_calendar(session),
        lead=named.get(row["lead_unit"]),
        named={code: named[code] for code in asked if code in named},
        heirs=_heirs(session, gone, category=row["category"], on=day) if gone else {},
        other=other and {name: other[name] for name in _KNOWN_OF_OTHER},
        other_lead=named.get(other["lead_unit"]) if other else None,
        checks=resources.answer_checks,
        approved=ready(session, row, action=action, at=at, resources=resources),
        deciders=frozenset(around.deciders),
        accused_units=frozenset(around.units if row["purpose"] == "accusation" else ()),
        accused_accounts=frozenset(around.accounts),
        parts=around.parts,
    )


def ready(
    session: Session,
    row: Mapping[str, Any],
    *,
    action: Action,
    at: dt.datetime,
    resources: Resources,
) -> Approved | None:
    """The approved opinion that the action would issue, if it issues one and there is one."""
    level = _LEVELS.get(action.name)
    if level is None:
        return None
    return judged(session, row, level=level, today=office_day(at), resources=resources)


def concerned_in(session: Session, case_ids: Iterable[str]) -> dict[str, Concerned]:
    """Who has to do with each of these cases, by one query for all of them."""
    found = {case_id: Concerned() for case_id in case_ids}
    for row in session.execute(_CONCERNED, {"case_ids": list(found)}):
        one = found[row.case_id]
        if row.what == _PART:
            one.asked.append({name: row._mapping[name] for name in _OF_A_PART})
        elif row.what == _DECIDER:
            one.deciders.add((row.unit, row.kind))
        else:
            (one.units if row.kind == "unit" else one.accounts).add(row.unit)
    return found


def offices(session: Session, codes: Iterable[str], *, on: dt.date) -> dict[str, Office]:
    """Units by code, each with the line of units above it; absent where there is none that day."""
    known = organisation(session)
    return {
        code: Office(
            code=code,
            name=unit.name,
            kind=unit.kind,
            secret_lane=unit.secret_lane,
            external=unit.external,
            line=unit.line,
        )
        for code in codes
        if (unit := known.get(code)) is not None and unit.valid_on(on)
    }


def _heirs(
    session: Session, gone: Iterable[str], *, category: str | None, on: dt.date
) -> dict[str, Office]:
    """By the code of a unit that is no more, the unit that has its work of that category."""
    known = organisation(session)
    found = {code: successor(known, code, on=on, category=category) for code in gone}
    standing = offices(session, [heir for heir in found.values() if heir], on=on)
    return {code: standing[heir] for code, heir in found.items() if heir in standing}


def _named(action: Action, body: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    for ask in action.asks.values():
        value = body.get(ask.name)
        if not value:
            continue
        if ask.field.type in _UNITS:
            found |= set(value) if isinstance(value, list) else {value}
        elif ask.field.type == _PARTS:
            found |= {unit for part in value for unit in part["accused_units"]}
    return found


def _concerned() -> sa.CompoundSelect[Any]:
    """Parts, whom the case accuses, and who decided, under the columns that parts have."""
    parts, accused, steps = models.case_parts, models.case_accused, models.steps
    drafts, written = models.opinions.opinions, models.opinions.opinion_steps
    ids: sa.BindParameter[Any] = sa.bindparam("case_ids", expanding=True)
    none = [sa.cast(sa.null(), parts.c[name].type) for name in _OF_A_PART[3:]]

    def beside(what: str, who: Any, kind: Any, *, of: sa.Column[str]) -> sa.Select[Any]:
        return sa.select(sa.literal(what), of, who, kind, *none).where(of.in_(ids))

    asked = sa.select(sa.literal(_PART).label("what"), *(parts.c[name] for name in _OF_A_PART))
    decision = sa.case(*((drafts.c.level == name, action) for name, action in _DECIDED.items()))
    return sa.union_all(
        asked.where(parts.c.case_id.in_(ids)),
        beside(_ACCUSED, accused.c.who, accused.c.kind, of=accused.c.case_id),
        beside(_DECIDER, steps.c.by, steps.c.action, of=steps.c.case_id).where(
            steps.c.action.in_(_OPINIONS)
        ),
        beside(_DECIDER, written.c.by, decision, of=drafts.c.case_id).where(
            drafts.c.seq == written.c.opinion
        ),
    ).order_by(sa.text("unit"))


_CONCERNED = _concerned()
