"""A call as the clerk has it: locked while something is done with it, refused to others."""

from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.hotline import OUTCOMES
from intake.use_cases.sheets import held_by_another
from shared.auth import Principal
from shared.db import Session
from shared.errors import Conflict, NotFound, both

_table = models.calls


def held_call(session: Session, call_id: str, *, by: Principal) -> sa.Row[Any]:
    """The clerk's call, locked until the end, of which nothing became yet.

    NotFound where there is none; Conflict where another clerk has it, nobody answered it, or it is
    over and done.
    """
    row = own_call(session, call_id, by=by)
    if row.outcome is not None or row.erased_at is not None:
        raise call_is_over(row)
    return row


def own_call(session: Session, call_id: str, *, by: Principal) -> sa.Row[Any]:
    """The clerk's call, locked until the end; NotFound or Conflict as `held_call`."""
    row = locked_call(session, call_id)
    if row.answered_at is None:
        raise Conflict(both("请先接听。", "Answer the call first."), code="not_answered")
    if row.agent != by.sub:
        raise held_by_another()
    return row


def locked_call(session: Session, call_id: str) -> sa.Row[Any]:
    """A call, locked until the end; NotFound where there is none."""
    this = sa.select(_table).where(_table.c.call_id == call_id).with_for_update()
    row = session.execute(this).first()
    if row is None:
        raise NotFound()
    return row


def call_is_over(row: sa.Row[Any]) -> Conflict:
    """What whoever wants to go on with a call is told that is over and done."""
    if row.petition_id is not None:
        return Conflict(
            both("该来电已登记。", "Of this call something was registered."),
            code="already_registered",
            petition_id=row.petition_id,
        )
    said = OUTCOMES.get(row.outcome or "", "已超过保存期限")
    return Conflict(
        both(f"该来电已办结：{said}。", f"This call is done: {row.outcome or 'erased'}."),
        code="outcome_stated",
    )


def frame(row: sa.Row[Any]) -> dict[str, Any]:
    """A call without number, sheet and recording."""
    return dict(row._mapping) | {"outcome_name": OUTCOMES.get(row.outcome or "", row.outcome)}
