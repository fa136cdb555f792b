"""What goes out: the approved opinion as text, judged once more at the moment of issue."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from routing.domain.answered import ISSUED
from routing.domain.opinion import opinion_of, overall, render
from routing.models.opinions import opinions
from routing.resources import Resources
from routing.use_cases.judging import approved, findings_of
from routing.use_cases.opinions.standing import refuse_blocked, write_step
from routing.use_cases.units import unit_names
from shared.clock import office_day
from shared.db import Session
from shared.errors import Conflict, both


@dataclass(frozen=True)
class IssuedOpinion:
    """An opinion as it goes out; claims and remedy as they are kept, `outcome` over all claims."""

    text: str
    kind: str
    outcome: str | None
    claims: tuple[Mapping[str, Any], ...]
    remedy: Mapping[str, Any] | None
    decision: str | None = None


def for_issue(
    session: Session,
    *,
    case_row: Mapping[str, Any],
    by: str,
    resources: Resources,
    level: str = "handling",
    at: dt.datetime | None = None,
) -> IssuedOpinion:
    """The approved opinion of a case, issued by account `by` at `at` (the case's `last_at`).

    Conflict `opinion_not_approved` where the lead unit has none approved at this level,
    `opinion_blocked` (with the findings) where it may not go out as things now are: a day has
    passed, the case has changed.
    """
    moment = at or case_row["last_at"]
    row = approved(session, case_row, level=level, lock=True)
    if row is None:
        raise Conflict(
            both("意见书尚未经审批，不能出具。", "The opinion has not been approved."),
            code="opinion_not_approved",
            basis="T22 Art.32",
        )
    cases = {row["case_id"]: case_row}
    today = office_day(moment)
    judged = findings_of(session, [row], cases, today=today, resources=resources)
    refuse_blocked(judged[row["seq"]])
    row |= {"status": ISSUED, "issued_at": moment, "version": row["version"] + 1}
    changes = {name: row[name] for name in ("status", "issued_at", "version")}
    session.execute(sa.update(opinions).where(opinions.c.seq == row["seq"]).values(changes))
    write_step(session, row, step=ISSUED, by=by, at=moment)
    opinion = opinion_of(row["body"])
    unit: str = unit_names(session).get(row["unit"]) or row["unit"]
    return IssuedOpinion(
        text=render(opinion, unit_name=unit, issued_on=today),
        kind=opinion.kind,
        outcome=overall(opinion),
        claims=tuple(row["body"]["claims"]),
        remedy=row["body"]["remedy"],
        decision=opinion.decision,
    )
