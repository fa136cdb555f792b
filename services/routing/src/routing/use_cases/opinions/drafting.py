"""Drafting an opinion: saved by version, checked as one types, its history kept."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing.domain.answer_checks import blocking, check
from routing.domain.answered import DRAFT, ISSUED, context_for, shown_finding
from routing.domain.opinion import KINDS, answer_words, opinion_of, render
from routing.models.opinions import opinion_steps, opinions
from routing.resources import Resources
from routing.use_cases.judging import Row, findings_of, formers
from routing.use_cases.opinions.similar import like_answers
from routing.use_cases.opinions.standing import (
    check_version,
    drafting_unit,
    newest,
    of_own_unit,
    present,
    refuse_own,
    seen_case,
    write_step,
)
from routing.use_cases.units import unit_names
from shared.auth import Principal
from shared.clock import Clock, office_day
from shared.db import Session
from shared.errors import Conflict, NotFound, both
from shared.web.paging import page

_CLEARED = {
    "submitted_at": None,
    "decided_by": None,
    "decided_at": None,
    "reason": None,
    "issued_at": None,
}


def opinion_for(
    session: Session,
    *,
    case_id: str,
    level: str | None,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """The case's newest opinion that the caller may see, with its findings; NotFound if none."""
    case = seen_case(session, case_id=case_id, by=by)
    row = newest(session, case_id=case_id, by=by, level=level)
    if row is None:
        raise NotFound(both("还没有起草意见书。", "There is no opinion yet."))
    return _answer(session, row, case, clock=clock, resources=resources)


def save_draft(
    session: Session,
    *,
    case_id: str,
    body: Mapping[str, Any],
    if_match: int,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Save a draft; after an issued one a new round begins (a redo, TBJ 50).

    Forbidden where the caller's unit does not draft at this level, 412 where the draft is at
    another version than `if_match` (0: there is none yet), 409 where the case is closed. What was
    approved or sent up is a draft again.
    """
    case = seen_case(session, case_id=case_id, by=by, lock=True)
    level = KINDS[body["kind"]].level
    unit = drafting_unit(case=case, level=level, by=by)
    refuse_own(session, case, level=level, by=by)
    if level == "handling" and case["closed_at"] is not None:
        raise Conflict(
            both("此件已办结，不能再起草意见书。", "The case is closed; nothing to draft."),
            code="case_closed",
            basis="T22 Art.34",
        )
    row = newest(session, case_id=case_id, by=by, level=level, lock=True)
    check_version(row, if_match)
    now = clock.now()
    fresh: Row = {
        **_CLEARED,
        "kind": body["kind"],
        "body": kept(body),
        "status": DRAFT,
        "unit": unit,
        "drafted_by": by.sub,
        "drafted_at": now,
        "version": if_match + 1,
    }
    if row is None or row["status"] == ISSUED:
        number = _next_round(session, case_id=case_id, level=level)
        fresh |= {"case_id": case_id, "level": level, "round": number}
        fresh["seq"] = session.execute(
            sa.insert(opinions).values(fresh).returning(opinions.c.seq)
        ).scalar_one()
    else:
        session.execute(sa.update(opinions).where(opinions.c.seq == row["seq"]).values(fresh))
        fresh = row | fresh
    write_step(session, fresh, step="saved", by=by.sub, at=now)
    return _answer(session, fresh, case, clock=clock, resources=resources)


def _next_round(session: Session, *, case_id: str, level: str) -> int:
    """The round after the last one, be it a draft of a unit that had the case before."""
    last = sa.select(sa.func.max(opinions.c.round)).where(
        opinions.c.case_id == case_id, opinions.c.level == level
    )
    return (session.scalar(last) or 0) + 1


def kept(body: Mapping[str, Any]) -> dict[str, Any]:
    """A draft's fields as JSON."""
    return {name: _json(value) for name, value in body.items()}


def _json(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _json(inner) for name, inner in value.items()}
    return [_json(inner) for inner in value] if isinstance(value, list) else value


def check_draft(
    session: Session,
    *,
    case_id: str,
    body: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """What the checks say of a draft that is being typed, and its text; nothing is saved."""
    case = seen_case(session, case_id=case_id, by=by)
    level = KINDS[body["kind"]].level
    unit = drafting_unit(case=case, level=level, by=by)
    name = unit_names(session).get(unit, "")
    row = newest(session, case_id=case_id, by=by, level=level)
    begun = row is not None and row["status"] != ISSUED
    number = row["round"] if row and begun else _next_round(session, case_id=case_id, level=level)
    asked = {"case_id": case_id, "level": level, "round": number, "seq": 0}
    opinion = opinion_of(body)
    today = office_day(clock.now())
    context = context_for(
        case,
        kind=opinion.kind,
        unit_name=name,
        today=today,
        former=formers(session, [asked])[0],
        others=like_answers(session, text=answer_words(opinion), case=case, by=by),
    )
    findings = check(opinion, context, checks=resources.answer_checks)
    return {
        "findings": [shown_finding(one) for one in findings],
        "blocked": bool(blocking(findings)),
        "text": render(opinion, unit_name=name, issued_on=today),
    }


def versions(
    session: Session, *, case_id: str, query: dict[str, Any], by: Principal
) -> dict[str, Any]:
    """The history of the case's opinions, newest first, as far as the caller may see them."""
    seen_case(session, case_id=case_id, by=by)
    steps = opinion_steps
    mine = sa.or_(of_own_unit(by), steps.c.step == ISSUED)
    statement = (
        sa.select(
            steps.c.version, steps.c.step, steps.c.kind, steps.c.body.label("opinion"),
            steps.c.reason, steps.c.by, steps.c.at, opinions.c.level, opinions.c.round,
        )
        .join(opinions, opinions.c.seq == steps.c.opinion)
        .where(opinions.c.case_id == case_id, mine)
    )  # fmt: skip
    return page(
        session, statement, by=steps.c.seq, query=query, present=lambda row: dict(row._mapping)
    )


def _answer(
    session: Session, row: Row, case: Row, *, clock: Clock, resources: Resources
) -> dict[str, Any]:
    today = office_day(clock.now())
    found = findings_of(session, [row], {case["case_id"]: case}, today=today, resources=resources)
    names = unit_names(session)
    return present(row, findings=found[row["seq"]], names=names, today=today)
