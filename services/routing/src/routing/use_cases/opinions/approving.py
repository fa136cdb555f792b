"""Approval inside the unit: sent up, approved or returned with a reason, singly or in bulk."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain.answer_checks import Finding
from routing.domain.answered import APPROVED, DRAFT, ISSUED, RETURNED, STATUSES, SUBMITTED
from routing.models.opinions import opinion_steps, opinions
from routing.resources import Resources
from routing.use_cases.judging import Row, findings_of
from routing.use_cases.opinions.standing import (
    check_version,
    decided_by,
    drafting_unit,
    newest,
    present,
    refuse_blocked,
    refuse_own,
    seen_case,
    step_of,
    write_step,
)
from routing.use_cases.reading import visible
from routing.use_cases.refusing import write_refusal
from routing.use_cases.units import unit_names
from shared.auth import Principal
from shared.clock import Clock, office_day
from shared.db import Session
from shared.errors import Conflict, Forbidden, NotFound, Refused, both, in_language
from shared.web.paging import page

_APPROVE = "approve_opinions"
_SIGNING = "P-SX 6.4.4"


def submit(
    session: Session,
    *,
    case_id: str,
    if_match: int,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Send the draft up to the head of the unit; 409 `opinion_blocked` while findings block."""
    case = seen_case(session, case_id=case_id, by=by, lock=True)
    row = _current(session, case_id=case_id, by=by)
    drafting_unit(case=case, level=row["level"], by=by)
    refuse_own(session, case, level=row["level"], by=by)
    check_version(row, if_match)
    _require(row, DRAFT)
    today = office_day(clock.now())
    found = findings_of(session, [row], {case_id: case}, today=today, resources=resources)
    refuse_blocked(found[row["seq"]])
    now = clock.now()
    _move(session, row, {"status": SUBMITTED, "submitted_at": now})
    write_step(session, row, step=SUBMITTED, by=by.sub, at=now)
    return present(row, findings=found[row["seq"]], names=unit_names(session), today=today)


def decide(
    session: Session,
    *,
    case_id: str,
    if_match: int,
    reason: str | None,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Approve what was sent up, or return it where a `reason` is given.

    Forbidden for whoever is not the head of that unit, or drafted it and may not approve it too.
    """
    case = seen_case(session, case_id=case_id, by=by, lock=True)
    row = _current(session, case_id=case_id, by=by)
    mine = sa.select(opinions.c.seq).where(opinions.c.seq == row["seq"], decided_by(by))
    if session.scalar(mine) is None:
        raise Forbidden()
    refuse_own(session, case, level=row["level"], by=by)
    check_version(row, if_match)
    today = office_day(clock.now())
    found = findings_of(session, [row], {case_id: case}, today=today, resources=resources)
    now = clock.now()
    if reason is None:
        _refuse_approval(row, found[row["seq"]], by=by, resources=resources)
        changes = {"status": APPROVED, "reason": None}
    else:
        _require(row, SUBMITTED, APPROVED)
        changes = {"status": RETURNED, "reason": reason}
    _move(session, row, changes | {"decided_by": by.sub, "decided_at": now})
    write_step(session, row, step=row["status"], by=by.sub, at=now)
    return present(row, findings=found[row["seq"]], names=unit_names(session), today=today)


def approve_many(
    session: Session,
    *,
    items: Sequence[Mapping[str, Any]],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Approve many opinions; each item has its own result and none keeps another back."""
    cases, rows = _wanted(session, [item["case_id"] for item in items], by=by)
    now = clock.now()
    found = findings_of(
        session, list(rows.values()), cases, today=office_day(now), resources=resources
    )
    results: list[dict[str, Any]] = []
    steps: list[dict[str, Any]] = []
    for item in items:
        row = rows.get(item["case_id"])
        try:
            if row is None:
                raise NotFound()
            refuse_own(session, cases[item["case_id"]], level=row["level"], by=by)
            check_version(row, item["version"])
            _refuse_approval(row, found[row["seq"]], by=by, resources=resources)
        except Refused as refusal:
            results.append(_refused(item, refusal))
            if refusal.status == Conflict.status:
                write_refusal(
                    session, action=_APPROVE, refusal=refusal, account=by.sub, unit=by.unit,
                    at=now, case_id=item["case_id"],
                )  # fmt: skip
            continue
        row |= {
            "status": APPROVED,
            "reason": None,
            "decided_by": by.sub,
            "decided_at": now,
            "version": row["version"] + 1,
        }
        steps.append(step_of(row, step=APPROVED, by=by.sub, at=now))
        results.append({"case_id": item["case_id"], "ok": True, "version": row["version"]})
    if steps:
        session.execute(
            sa.update(opinions)
            .where(opinions.c.seq.in_([step["opinion"] for step in steps]))
            .values(
                status=APPROVED,
                reason=None,
                decided_by=by.sub,
                decided_at=now,
                version=opinions.c.version + 1,
            )
        )
        session.execute(sa.insert(opinion_steps), steps)
    return {"items": results, "approved": len(steps)}


def waiting(session: Session, *, query: dict[str, Any], by: Principal) -> dict[str, Any]:
    """A page of what waits for the caller's approval, longest first, without the words."""
    cases, names = models.cases, unit_names(session)
    statement = (
        sa.select(
            opinions.c.case_id, opinions.c.level, opinions.c.round, opinions.c.version,
            opinions.c.kind, opinions.c.unit, opinions.c.drafted_by, opinions.c.submitted_at,
            cases.c.case_no, cases.c.title, cases.c.next_due_at,
        )
        .join(cases, cases.c.case_id == opinions.c.case_id)
        .where(opinions.c.status == SUBMITTED, decided_by(by), visible(by))
    )  # fmt: skip

    def show(row: Any) -> dict[str, Any]:
        return dict(row._mapping) | {"unit_name": names.get(row.unit, row.unit)}

    return page(
        session, statement, by=opinions.c.seq, query=query, present=show, newest_first=False
    )


def _wanted(
    session: Session, case_ids: list[str], *, by: Principal
) -> tuple[dict[str, Row], dict[str, Row]]:
    """The cases that the caller may see, and of each the newest opinion that is theirs to decide.

    Cases are locked first and in order, as everywhere, so that two approvals cannot wait for each
    other.
    """
    table = models.cases
    seen = (
        sa.select(table)
        .where(table.c.case_id.in_(case_ids), visible(by))
        .order_by(table.c.case_id)
        .with_for_update()
    )
    cases = {row.case_id: dict(row._mapping) for row in session.execute(seen)}
    theirs = (
        sa.select(opinions)
        .where(opinions.c.case_id.in_(cases), opinions.c.status != ISSUED, decided_by(by))
        .order_by(opinions.c.seq)
    )
    return cases, {row.case_id: dict(row._mapping) for row in session.execute(theirs)}


def _current(session: Session, *, case_id: str, by: Principal) -> Row:
    row = newest(session, case_id=case_id, by=by, level=None, lock=True)
    if row is None:
        raise NotFound(both("还没有起草意见书。", "There is no opinion yet."))
    return row


def _require(row: Mapping[str, Any], *statuses: str) -> None:
    if row["status"] not in statuses:
        wanted = "或".join(f"“{STATUSES[status]}”" for status in statuses)
        raise Conflict(
            both(
                f"意见书当前为“{STATUSES[row['status']]}”，{wanted}的才能如此处理。",
                f"The opinion is {row['status']}; it would have to be {' or '.join(statuses)}.",
            ),
            code="opinion_status",
            basis=_SIGNING,
            state=row["status"],
        )


def _refuse_approval(
    row: Mapping[str, Any], findings: list[Finding], *, by: Principal, resources: Resources
) -> None:
    _require(row, SUBMITTED)
    if by.sub == row["drafted_by"] and not resources.answer_checks.drafter_may_approve:
        raise Conflict(
            both("起草人不能审批自己的意见书。", "Who drafted it may not approve it."),
            code="own_draft",
            basis=_SIGNING,
        )
    refuse_blocked(findings)


def _refused(item: Mapping[str, Any], refusal: Refused) -> dict[str, Any]:
    return {
        "case_id": item["case_id"],
        "ok": False,
        "code": refusal.code,
        "message": in_language(refusal.message, "zh"),
        "message_en": in_language(refusal.message, "en"),
        "findings": refusal.facts.get("findings", []),
    }


def _move(session: Session, row: Row, changes: Mapping[str, Any]) -> None:
    row |= {**changes, "version": row["version"] + 1}
    values = {name: row[name] for name in (*changes, "version")}
    session.execute(sa.update(opinions).where(opinions.c.seq == row["seq"]).values(values))
