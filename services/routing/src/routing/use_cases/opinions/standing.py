"""Whose an opinion is, when it may not go on, and how it is written down."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain.answer_checks import Finding, blocking
from routing.domain.answered import ISSUED, STATUSES, shown_finding
from routing.domain.guards.protecting import REVIEWS_OF
from routing.domain.opinion import Opinion, opinion_of, render
from routing.domain.scene import REVIEWED_IN
from routing.models.opinions import opinion_steps, opinions
from routing.use_cases.judging import Row
from routing.use_cases.reading import visible
from routing.use_cases.scene import concerned_in
from shared.auth import WHOLE_DISTRICT, Principal
from shared.clock import office_day
from shared.db import Session
from shared.errors import Conflict, Forbidden, NotFound, Refused, both


def seen_case(session: Session, *, case_id: str, by: Principal, lock: bool = False) -> Row:
    """The case's row; NotFound where it is not theirs to know."""
    table = models.cases
    statement = sa.select(table).where(table.c.case_id == case_id, visible(by))
    found = session.execute(statement.with_for_update() if lock else statement).first()
    if found is None:
        raise NotFound()
    return dict(found._mapping)


def drafting_unit(*, case: Mapping[str, Any], level: str, by: Principal) -> str:
    """The unit in whose name the caller may draft at this level; Forbidden if there is none.

    The lead unit handles, the bureau too what it leads itself; the reviewing body reviews while
    the case is before it, the bureau's reviewers for one without accounts (T22 Arts.22, 32, 35).
    """
    lead = case["lead_unit"]
    if level != "handling":
        body = _body_now(case, level)
        if body is not None and by.has("handler", "unit_head") and body in by.unit_scope:
            return body
        if by.has("reviewer") and by.sees_all_units:
            return by.unit or "bureau"
        raise Forbidden()
    in_unit = by.has("handler", "unit_head") and lead in by.unit_scope
    itself = by.has("dispatcher") and by.sees_all_units and lead == (by.unit or "bureau")
    if in_unit or itself:
        return str(lead)
    raise Forbidden()


def _body_now(case: Mapping[str, Any], level: str) -> str | None:
    """The unit before which the case is at this level."""
    state = case["resume_state"] if case["state"] == "hearing" else case["state"]
    if REVIEWED_IN.get(state) != level:
        return None
    body: str | None = (case["facts"].get(level) or {}).get("body")
    return body


def refuse_own(session: Session, case: Mapping[str, Any], *, level: str, by: Principal) -> None:
    """Conflict `own_opinion` for whoever worked on an opinion that this one reviews (Art.28(3))."""
    reviewed = REVIEWS_OF[level]
    if not reviewed:
        return
    deciders = concerned_in(session, [case["case_id"]])[case["case_id"]].deciders
    if any(account == by.sub and action in reviewed for account, action in deciders):
        raise Conflict(
            both(
                "您经办过本件被复查复核的意见，请由其他人员办理。",
                "Nobody reviews their own opinion: a colleague does.",
            ),
            code="own_opinion",
            basis="T22 Arts.28(3), 35, 36",
        )


def of_own_unit(by: Principal) -> sa.ColumnElement[bool]:
    """The condition for the opinions that a caller may see before they are issued."""
    if by.sees_all_units:
        return sa.true()
    return opinions.c.unit.in_(sorted(by.unit_scope - {WHOLE_DISTRICT}))


def decided_by(by: Principal) -> sa.ColumnElement[bool]:
    """The condition for the opinions that are the caller's to approve.

    The head of the unit signs; for the bureau's own opinions its leader does.
    """
    may: list[sa.ColumnElement[bool]] = [sa.false()]
    if by.has("unit_head"):
        may.append(opinions.c.unit.in_(sorted(by.unit_scope - {WHOLE_DISTRICT})))
    if by.has("leader") and by.sees_all_units:
        may.append(opinions.c.unit == (by.unit or "bureau"))
    return sa.or_(*may)


def newest(
    session: Session, *, case_id: str, by: Principal, level: str | None, lock: bool = False
) -> Row | None:
    """The case's newest opinion, at one level or at all, that the caller may see."""
    table = opinions
    statement = sa.select(table).where(
        table.c.case_id == case_id, sa.or_(table.c.status == ISSUED, of_own_unit(by))
    )
    if level is not None:
        statement = statement.where(table.c.level == level)
    statement = statement.order_by(table.c.seq.desc()).limit(1)
    found = session.execute(statement.with_for_update() if lock else statement).first()
    return dict(found._mapping) if found else None


def refuse_blocked(findings: list[Finding]) -> None:
    """Conflict `opinion_blocked` with the findings that block, if there are any."""
    if found := blocking(findings):
        raise Conflict(
            both(
                f"有{len(found)}处必须先改正。", f"{len(found)} findings must be put right first."
            ),
            code="opinion_blocked",
            basis="T22 Art.32",
            findings=[shown_finding(one) for one in found],
        )


def check_version(row: Mapping[str, Any] | None, if_match: int) -> None:
    """412 `stale` where the opinion is not at the version that the caller read (0: none yet)."""
    version = row["version"] if row else 0
    if version != if_match:
        raise Refused(
            both("意见书已被他人更改，请刷新后重试。", "The opinion changed meanwhile; read it."),
            status=412,
            code="stale",
            version=version,
        )


def write_step(session: Session, row: Mapping[str, Any], *, step: str, by: str, at: Any) -> None:
    """Put an opinion's new version into its history."""
    session.execute(sa.insert(opinion_steps), [step_of(row, step=step, by=by, at=at)])


def step_of(row: Mapping[str, Any], *, step: str, by: str, at: Any) -> dict[str, Any]:
    """The row of history for an opinion's new version."""
    return {
        "opinion": row["seq"],
        "version": row["version"],
        "step": step,
        "kind": row["kind"],
        "body": row["body"],
        "reason": row["reason"],
        "by": by,
        "at": at,
    }


def present(
    row: Mapping[str, Any],
    *,
    findings: list[Finding],
    names: Mapping[str, str],
    today: dt.date,
) -> dict[str, Any]:
    """An opinion as it is answered, with its text and what the checks say."""
    opinion: Opinion = opinion_of(row["body"])
    issued = row["issued_at"]
    day = office_day(issued) if issued else today
    unit = names.get(row["unit"], row["unit"])
    return {
        **{k: v for k, v in row.items() if k not in ("seq", "body")},
        "status_name": STATUSES[row["status"]],
        "unit_name": unit,
        "opinion": row["body"],
        "text": render(opinion, unit_name=unit, issued_on=day),
        "findings": [shown_finding(one) for one in findings],
        "blocked": bool(blocking(findings)),
    }
