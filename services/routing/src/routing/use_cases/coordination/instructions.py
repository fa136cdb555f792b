"""A leader's instruction 批示, and a leader taking charge of a case 包案 (T22 Art.18(2))."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain.coordination import STEPS
from routing.models import coordination as tables
from routing.resources import Resources
from routing.use_cases.coordination import cases, things
from routing.use_cases.coordination.things import Row
from shared.auth import Principal
from shared.clock import Clock, day_ends, office_day
from shared.db import Session
from shared.errors import Conflict, Invalid, both
from shared.web.paging import page


def give_instruction(
    session: Session,
    *,
    case_id: str,
    body: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> Row:
    """Give an instruction on a case, or record one given on paper; a unit is to answer it."""
    now, step = clock.now(), STEPS["instruction", "give"]
    case = cases.lock_case(session, case_id, by=by)
    due = body["due_day"]
    if due is not None and due < office_day(now):
        raise Invalid({"due_day": both("不能早于今天。", "May not lie in the past.")})
    unit = _answering_unit(session, case, body["unit"], by=by)
    if unit != by.unit:
        cases.check_parties(session, case_ids=[case_id], units=[unit], by=by)
    row = things.begin(
        session,
        step,
        by=by,
        now=now,
        case_id=case_id,
        unit=unit,
        leader_title=body["leader_title"],
        text=body["text"],
        due_day=due,
        due_at=day_ends(due) if due else None,
    )
    cases.tell(session, step, case_ids=[case_id], at=now, unit=unit, due=due, resources=resources)
    return _shown("instruction", row, by=by, clock=clock)


def answer_instruction(
    session: Session,
    *,
    instruction_id: str,
    if_match: int,
    body: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> Row:
    """Answer an instruction, for the unit that it was given to."""
    step, now = STEPS["instruction", "answer"], clock.now()
    row = things.find(
        session, "instruction", instruction_id, may_see=_may_see("instruction", by), lock=True
    )
    things.check(step, row, if_match=if_match, by=by)
    if row["unit"] not in cases.own_units(by):
        raise Conflict(
            both("该批示由其他单位回复。", "Another unit is to answer this instruction."),
            code="not_your_unit",
            basis=step.basis,
        )
    row = things.move(session, step, row, by=by, now=now, answer=body["answer"], answered_by=by.sub)
    cases.tell(
        session, step, case_ids=[row["case_id"]], at=now, unit=row["unit"], resources=resources
    )
    return _shown("instruction", row, by=by, clock=clock)


def take_charge(
    session: Session,
    *,
    case_id: str,
    body: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> Row:
    """A leader takes charge of a case; one at a time."""
    now, step, table = clock.now(), STEPS["charge", "take"], tables.charges
    cases.lock_case(session, case_id, by=by)
    running = sa.select(table.c.seq).where(table.c.case_id == case_id, table.c.state == "taken")
    if session.execute(running.limit(1)).first() is not None:
        raise Conflict(
            both("此件已有领导包案，请先解除。", "A leader has charge of it already."),
            code="already_in_charge",
            basis=step.basis,
        )
    said = {name: body[name] for name in ("leader_title", "note")}
    row = things.begin(session, step, by=by, now=now, case_id=case_id, **said)
    cases.tell(session, step, case_ids=[case_id], at=now, resources=resources)
    return _shown("charge", row, by=by, clock=clock)


def end_charge(
    session: Session,
    *,
    charge_id: str,
    if_match: int,
    body: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> Row:
    """End a leader's charge of a case, with what came of it."""
    step, now = STEPS["charge", "end"], clock.now()
    row = things.find(session, "charge", charge_id, may_see=_may_see("charge", by), lock=True)
    things.check(step, row, if_match=if_match, by=by)
    row = things.move(session, step, row, by=by, now=now, result=body["result"])
    cases.tell(session, step, case_ids=[row["case_id"]], at=now, resources=resources)
    return _shown("charge", row, by=by, clock=clock)


def list_on_cases(
    session: Session, *, thing: str, query: dict[str, Any], by: Principal, clock: Clock
) -> dict[str, Any]:
    """A page of instructions or charges on the cases that a caller may see, newest first."""
    table = things.TABLES[thing]
    statement = sa.select(table).where(_may_see(thing, by))
    for name in ("case_id", "state", "unit"):
        if query.get(name):
            statement = statement.where(table.c[name] == query[name])

    def show(row: Any) -> Row:
        return _shown(thing, dict(row._mapping), by=by, clock=clock)

    return page(session, statement, by=table.c.seq, query=query, present=show)


def one_on_case(session: Session, *, thing: str, thing_id: str, by: Principal, clock: Clock) -> Row:
    """One instruction or charge with its journal; NotFound where its case is not theirs to see."""
    row = things.find(session, thing, thing_id, may_see=_may_see(thing, by))
    steps = things.journal(session, thing, thing_id)
    return _shown(thing, row, by=by, clock=clock) | {"journal": steps}


def case_of(session: Session, *, thing: str, thing_id: str, by: Principal) -> str:
    """The case that an instruction or a charge is on."""
    row = things.find(session, thing, thing_id, may_see=_may_see(thing, by))
    return str(row["case_id"])


def _answering_unit(
    session: Session, case: Mapping[str, Any], asked: str | None, *, by: Principal
) -> str:
    """The unit asked, which has a part in the case; else its lead; else the bureau itself."""
    parts = models.case_parts
    held = sa.select(parts.c.unit).where(parts.c.case_id == case["case_id"])
    on_it = {case["lead_unit"], by.unit, *case["co_units"], *session.execute(held).scalars()}
    unit = asked or case["lead_unit"] or by.unit
    if unit is None or unit not in on_it:
        raise Invalid(
            {
                "unit": both(
                    "该单位未参与此件，请改为下达协调任务。",
                    "That unit has no part in the case: set it a task instead.",
                )
            }
        )
    return str(unit)


def _may_see(thing: str, by: Principal) -> sa.ColumnElement[bool]:
    return cases.sees_case(things.TABLES[thing].c.case_id, by=by)


def _shown(thing: str, row: Row, *, by: Principal, clock: Clock) -> Row:
    due_at = row.get("due_at")
    late = due_at is not None and row["state"] == "given" and due_at <= clock.now()
    return things.present(thing, row, by=by) | {"overdue": late}
