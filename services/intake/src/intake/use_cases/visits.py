"""A visit: recorded, read back, confirmed by the visitor, and only then registered.

record, visitors --version n--> read back (n) --> confirmed (n) --> register --> petition, receipt
any change: version n + 1, to be read back and confirmed again
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.reception import CALLED, REGISTERED
from intake.resources import Resources
from intake.use_cases.looking import refusal
from intake.use_cases.reception import (
    VISIT,
    change_visit,
    frame,
    held_visit,
)
from intake.use_cases.registering import register
from intake.use_cases.sheets import (
    is_theirs,
    looks_after_desks,
    masked_sheet,
    opened_sheet,
    petition_of,
    sealed_sheet,
    write_desk_look,
)
from intake.use_cases.visitors import forget_visitors, new_version, posted_persons, visitors_of
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session
from shared.errors import Conflict, Invalid, NotFound, both
from shared.pii import mask_name

_table = models.visits


def look_at_visit(
    session: Session, *, visit_id: str, by: Principal, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """A visit with persons and record: in clear for the clerk who receives it, masked for who
    looks after desks. The look is written down; NotFound for everybody else, and once it is
    registered for who may not see the petition.
    """
    row = session.execute(sa.select(_table).where(_table.c.visit_id == visit_id)).first()
    if row is None:
        raise NotFound()
    own = by.has("registrar") and row.called_by == by.sub and row.state == CALLED
    refused = not (own or looks_after_desks(by)) or not is_theirs(session, row.petition_id, by=by)
    write_desk_look(
        session,
        by=by,
        facts={"visit_id": visit_id},
        refused=refused,
        petition_id=row.petition_id,
        clock=clock,
        resources=resources,
    )
    if refused:
        raise refusal()
    ring = resources.ring
    record = opened_sheet(row.record, f"{visit_id}/record", ring)
    confirmed_by = opened_name(row, resources)
    visitors = visitors_of(session, visit_id, ring, masked=not own)
    if not own:
        clear = visitors_of(session, visit_id, ring, masked=False)
        named = {"cosigners": [one for one in clear if one["name"]]}
        record = record and _masked_record(record, named)
        confirmed_by = confirmed_by and mask_name(confirmed_by)
    shown = {"masked": not own, "visitors": visitors, "record": record}
    return frame(row, now=clock.now()) | shown | {"confirmed_by": confirmed_by}


def save_record(
    session: Session,
    *,
    visit_id: str,
    record: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Keep what the visitor says as far as it is typed; a change must be read back again."""
    row = held_visit(session, visit_id, by=by)
    place = f"{visit_id}/record"
    if opened_sheet(row.record, place, resources.ring) == record:
        return frame(row, now=clock.now())
    changes = new_version(row) | {"record": sealed_sheet(record, place, resources.ring)}
    return frame(change_visit(session, visit_id, changes), now=clock.now())


def read_back(
    session: Session, *, visit_id: str, version: int, by: Principal, clock: Clock
) -> dict[str, Any]:
    """Note that what was recorded was read to the visitor (T22 Art.19, P-GC22 Art.5).

    Conflict where it has changed since the version that was read.
    """
    row = held_visit(session, visit_id, by=by)
    _check_version(row, version)
    if row.record is None:
        raise Invalid({"record": both("尚未填写来访记录。", "Nothing is recorded yet.")})
    changes = {"read_back_at": clock.now(), "read_back_by": by.sub}
    return frame(change_visit(session, visit_id, changes), now=clock.now())


def confirm(
    session: Session,
    *,
    visit_id: str,
    version: int,
    confirmed_by: str,
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Note that a visitor, by name, confirmed what was read to them.

    Conflict where it was not read or has changed since; Invalid for the name of nobody present.
    """
    row = held_visit(session, visit_id, by=by)
    _check_version(row, version)
    if row.read_back_at is None:
        raise Conflict(
            both("请先向来访人宣读登记内容。", "Read it back to the visitor first."),
            code="not_read_back",
        )
    visitors = visitors_of(session, visit_id, resources.ring, masked=False)
    if confirmed_by not in [one["name"] for one in visitors if one["present"]]:
        raise Invalid({"confirmed_by": both("不是在场来访人的姓名。", "Not one who is present.")})
    sealed = resources.ring.encrypt(confirmed_by, place=f"{visit_id}/confirmed_by")
    changes = {"confirmed_at": clock.now(), "confirmed_by": sealed}
    return frame(change_visit(session, visit_id, changes), now=clock.now())


def register_visit(
    session: Session, *, visit_id: str, by: Principal, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """Register what the visitor confirmed; the query code is on the receipt that is printed.

    Conflict until it is confirmed, and once it is registered; Invalid by field for what is missing.
    """
    row, now, ring = held_visit(session, visit_id, by=by), clock.now(), resources.ring
    if row.confirmed_at is None:
        raise Conflict(
            both(
                "登记内容尚未经来访人确认。请宣读后由来访人确认，再予登记。",
                "The visitor has not confirmed what was recorded: read it back first.",
            ),
            code="not_confirmed",
            basis="《信访工作条例》第十九条",
        )
    record = opened_sheet(row.record, f"{visit_id}/record", ring) or {}
    visitors = visitors_of(session, visit_id, ring, masked=False)
    persons = posted_persons(visitors, people=row.people)
    petition = petition_of(record | persons) | {
        "channel": VISIT,
        "received_at": row.first_called_at,
        "external_ref": {"system": VISIT, "id": visit_id},
    }
    receipt = register(session, petition=petition, by=by, clock=clock, resources=resources)
    sealed_code = ring.encrypt(receipt["query_code"], place=f"{visit_id}/query_code")
    changes = {
        "state": REGISTERED,
        "petition_id": receipt["petition_id"],
        "registered_by": by.sub,
        "ended_at": now,
        "sealed_code": sealed_code,
        "record": None,
    }
    forget_visitors(session, [visit_id])
    change_visit(session, visit_id, changes)
    told = {name: receipt[name] for name in ("petition_id", "petition_no")}
    return {"visit_id": visit_id, **told}


def opened_name(row: sa.Row[Any], resources: Resources) -> str | None:
    """Who confirmed a visit's record; None where nobody did or it was erased."""
    if row.confirmed_by is None:
        return None
    return resources.ring.decrypt(row.confirmed_by, place=f"{row.visit_id}/confirmed_by")


def _masked_record(record: Mapping[str, Any], named: Mapping[str, Any]) -> dict[str, Any]:
    masked = masked_sheet({**record, **named})
    return {name: value for name, value in masked.items() if name in record}


def _check_version(row: sa.Row[Any], version: int) -> None:
    if row.version != version:
        raise Conflict(
            both("登记内容已有变动，请重新宣读。", "It has changed since; read it back again."),
            code="changed_since",
            version=row.version,
        )
