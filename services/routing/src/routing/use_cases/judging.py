"""Judging opinions that are kept: what the checks find in them, and which may go out."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from routing.domain.answer_checks import Finding, check
from routing.domain.answered import APPROVED, ISSUED, context_for
from routing.domain.opinion import opinion_of, words
from routing.domain.scene import Approved
from routing.models.opinions import opinions
from routing.resources import Resources
from routing.use_cases.units import unit_names
from shared.db import Session

Row = dict[str, Any]


def formers(session: Session, rows: Iterable[Mapping[str, Any]]) -> dict[int, tuple[str, ...]]:
    """For each opinion the words of those issued before it for its case and level."""
    wanted = [(row["case_id"], row["level"], row["round"], row["seq"]) for row in rows]
    table = opinions
    issued = session.execute(
        sa.select(table.c.case_id, table.c.level, table.c.round, table.c.body).where(
            table.c.case_id.in_({case_id for case_id, *_ in wanted}), table.c.status == ISSUED
        )
    ).all()
    return {
        seq: tuple(
            words(opinion_of(old.body))
            for old in issued
            if (old.case_id, old.level) == (case_id, level) and old.round < number
        )
        for case_id, level, number, seq in wanted
    }


def findings_of(
    session: Session,
    rows: list[Row],
    cases: Mapping[str, Mapping[str, Any]],
    *,
    today: dt.date,
    resources: Resources,
) -> dict[int, list[Finding]]:
    """The findings on each opinion, by its `seq`; other cases' answers are not looked at."""
    names = unit_names(session)
    former = formers(session, rows)
    found = {}
    for row in rows:
        context = context_for(
            cases[row["case_id"]],
            kind=row["kind"],
            unit_name=names.get(row["unit"], ""),
            today=today,
            former=former[row["seq"]],
        )
        opinion = opinion_of(row["body"])
        found[row["seq"]] = check(opinion, context, checks=resources.answer_checks)
    return found


def approved(
    session: Session, case: Mapping[str, Any], *, level: str, lock: bool = False
) -> Row | None:
    """The opinion at a level that is approved and not yet issued, if the newest is.

    What a unit drafted that led the case before does not count.
    """
    table = opinions
    wanted = sa.select(table).where(table.c.case_id == case["case_id"], table.c.level == level)
    if level == "handling":
        wanted = wanted.where(table.c.unit == case["lead_unit"])
    wanted = wanted.order_by(table.c.seq.desc()).limit(1)
    found = session.execute(wanted.with_for_update() if lock else wanted).first()
    return dict(found._mapping) if found is not None and found.status == APPROVED else None


def judged(
    session: Session,
    case: Mapping[str, Any],
    *,
    level: str,
    today: dt.date,
    resources: Resources,
) -> Approved | None:
    """The approved opinion at a level with what the checks find today; None if there is none."""
    row = approved(session, case, level=level)
    if row is None:
        return None
    cases = {case["case_id"]: case}
    found = findings_of(session, [row], cases, today=today, resources=resources)
    return Approved(tuple(found[row["seq"]]), row["body"].get("decision"))
