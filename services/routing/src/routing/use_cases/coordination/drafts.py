"""Replies that a finished task suggests to the handler of each petition joined to it."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain.coordination import STEPS, draft_text
from routing.models import coordination as tables
from routing.use_cases.coordination import cases, things
from routing.use_cases.coordination.things import Row
from routing.use_cases.reading import visible
from routing.use_cases.units import unit_names
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session, insert_missing
from shared.web.paging import page


def make_drafts(
    session: Session,
    *,
    task: Mapping[str, Any],
    case_ids: Sequence[str],
    by: Principal,
    now: dt.datetime,
) -> None:
    """A draft for each petition of the cases, and of those that go on inside them (并案)."""
    table = models.cases
    unit = unit_names(session)[task["unit"]]
    for batch in cases.batches(case_ids):
        joined = sa.or_(table.c.case_id.in_(batch), table.c.merged_into.in_(batch))
        rows = session.execute(
            sa.select(table.c.case_id, table.c.merged_into, table.c.petition_ids,
                      table.c.petition_nos).where(joined)
        )  # fmt: skip
        drafts = [
            {
                "draft_id": str(uuid.uuid4()),
                "version": 1,
                "state": "drafted",
                "begun_by": by.sub,
                "begun_at": now,
                "changed_at": now,
                "task_id": task["task_id"],
                "case_id": row.merged_into or row.case_id,
                "petition_id": petition_id,
                "text": draft_text(number=number, unit=unit, result=task["result"]),
            }
            for row in rows
            for petition_id, number in zip(row.petition_ids, row.petition_nos, strict=True)
        ]
        insert_missing(session, tables.reply_drafts, drafts, key=["task_id", "petition_id"])


def list_drafts(session: Session, *, query: dict[str, Any], by: Principal) -> dict[str, Any]:
    """A page of the drafts on cases that a unit's caller leads, newest first."""
    table, known = tables.reply_drafts, models.cases
    statement = (
        sa.select(table)
        .select_from(table.join(known, known.c.case_id == table.c.case_id))
        .where(visible(by))
    )
    for name in ("state", "case_id", "task_id"):
        if query[name]:
            statement = statement.where(table.c[name] == query[name])
    if query["whose"] == "mine":
        statement = statement.where(known.c.handler == by.sub)

    def show(row: Any) -> Row:
        return things.present("draft", row._mapping, by=by)

    return page(session, statement, by=table.c.seq, query=query, present=show)


def settle_draft(
    session: Session, *, name: str, draft_id: str, if_match: int, by: Principal, clock: Clock
) -> Row:
    """Mark a draft as used or discarded; the reply itself is the procedure's."""
    step, table = STEPS["draft", name], tables.reply_drafts
    row = things.find(
        session, "draft", draft_id, may_see=cases.sees_case(table.c.case_id, by=by), lock=True
    )
    things.check(step, row, if_match=if_match, by=by)
    row = things.move(session, step, row, by=by, now=clock.now())
    return things.present("draft", row, by=by)
