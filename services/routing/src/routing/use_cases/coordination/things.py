"""How what is coordinated begins and moves: checked against the table, locked, journalled."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing.domain import coordination as domain
from routing.models import coordination as models
from shared.auth import Principal
from shared.clock import wire
from shared.db import Session
from shared.errors import Conflict, Forbidden, NotFound, Refused, both

TABLES = {
    "meeting": models.meetings,
    "task": models.tasks,
    "draft": models.reply_drafts,
    "instruction": models.instructions,
    "charge": models.charges,
    "advice": models.advice,
    "reception": models.reception_days,
    "booking": models.reception_bookings,
    "referral": models.referrals,
}
BATCH = 500

Row = dict[str, Any]


def begin(
    session: Session,
    step: domain.Step,
    *,
    by: Principal,
    now: dt.datetime,
    said: Mapping[str, Any] | None = None,
    **columns: Any,
) -> Row:
    """A new thing as `step` begins it, with its first line in the journal."""
    _check_roles(step, by)
    table = TABLES[step.thing]
    row: Row = {
        f"{step.thing}_id": str(uuid.uuid4()),
        "version": 1,
        "state": step.to,
        "begun_by": by.sub,
        "begun_at": now,
        "changed_at": now,
    } | columns
    session.execute(sa.insert(table).values(row))
    note(session, step, row, by=by, now=now, before=None, said=said or columns)
    return {column.name: row.get(column.name) for column in table.c}


def find(
    session: Session,
    thing: str,
    thing_id: str,
    *,
    may_see: sa.ColumnElement[bool],
    lock: bool = False,
) -> Row:
    """One thing; NotFound where `may_see` does not hold for it."""
    table = TABLES[thing]
    wanted = sa.select(table).where(table.c[f"{thing}_id"] == thing_id, may_see)
    found = session.execute(wanted.with_for_update(of=table) if lock else wanted).first()
    if found is None:
        raise NotFound()
    return dict(found._mapping)


def check(step: domain.Step, row: Mapping[str, Any], *, if_match: int, by: Principal) -> None:
    """Refuse a step for its role, a version that is not the present one, or the state."""
    _check_roles(step, by)
    if row["version"] != if_match:
        raise Refused(
            both("内容已被他人更改，请刷新后重试。", "It changed meanwhile; read it again."),
            status=412,
            code="stale",
            version=row["version"],
            state=row["state"],
        )
    if row["state"] not in step.from_:
        name = domain.STATES[step.thing][row["state"]]
        raise Conflict(
            both(
                f"当前为“{name}”，不能{step.title}。",
                f"A {step.thing} that is {row['state']} cannot {step.name.replace('_', ' ')}.",
            ),
            basis=step.basis,
            state=row["state"],
            allowed=domain.allowed(step.thing, row["state"], by.roles),
        )


def move(
    session: Session,
    step: domain.Step,
    row: Row,
    *,
    by: Principal,
    now: dt.datetime,
    said: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Row:
    """The thing after `step`, written and journalled; `check` came before."""
    table = TABLES[step.thing]
    key = f"{step.thing}_id"
    new = {"state": step.to, "version": row["version"] + 1, "changed_at": now} | changes
    session.execute(sa.update(table).where(table.c[key] == row[key]).values(new))
    note(session, step, row | new, by=by, now=now, before=row["state"], said=said or changes)
    return row | new


def note(
    session: Session,
    step: domain.Step,
    row: Mapping[str, Any],
    *,
    by: Principal,
    now: dt.datetime,
    before: str | None,
    said: Mapping[str, Any],
) -> None:
    """Write a step down in the journal."""
    session.execute(
        sa.insert(models.coordination_steps).values(
            thing=step.thing,
            thing_id=row[f"{step.thing}_id"],
            step=step.name,
            state_before=before,
            state=row["state"],
            at=now,
            by=by.sub,
            unit=by.unit,
            said={name: _plain(value) for name, value in said.items()},
        )
    )


def journal(session: Session, thing: str, thing_id: str) -> list[Row]:
    """The steps of one thing, oldest first, without what was said."""
    table = models.coordination_steps
    rows = session.execute(
        sa.select(table.c.step, table.c.state, table.c.at, table.c.by, table.c.unit)
        .where(table.c.thing == thing, table.c.thing_id == thing_id)
        .order_by(table.c.seq)
    )
    return [dict(row._mapping) | {"title": domain.STEPS[thing, row.step].title} for row in rows]


def present(thing: str, row: Mapping[str, Any], *, by: Principal) -> Row:
    """A thing as a caller reads it, with the steps that their role may take now."""
    return dict(row) | {
        "id": row[f"{thing}_id"],
        "state_name": domain.STATES[thing][row["state"]],
        "allowed": domain.allowed(thing, row["state"], by.roles),
    }


def _check_roles(step: domain.Step, by: Principal) -> None:
    if not by.has(*step.roles):
        raise Forbidden(
            both(f"您的角色不能{step.title}。", f"Your role may not {step.name} a {step.thing}.")
        )


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return wire(value)
    return value.isoformat() if isinstance(value, dt.date) else value
