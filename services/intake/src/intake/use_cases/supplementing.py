"""Supplements: what petitioners send afterwards, kept and read with their petition.

channels, registrar, requests -> supplements --> petition.supplemented (that there is one)
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import registration
from intake.events import PetitionSupplemented, events
from intake.resources import Resources
from intake.use_cases.channels import check_channel
from intake.use_cases.looking import found_by
from shared.auth import Principal
from shared.clock import Clock, office_day
from shared.db import Session, dialect_insert
from shared.errors import Conflict, Forbidden, Invalid, NotFound, both
from shared.outbox import emit


def supplement(
    session: Session,
    *,
    petition_id: str,
    said: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, str]:
    """File what a petitioner sent afterwards with their petition.

    A channel's client files for every petition and reads none. NotFound where a member of staff
    may not know of the petition; Forbidden for another's channel; Invalid for a closed channel or
    a time ahead of now; Conflict where the channel's reference was filed before.
    """
    now = clock.now()
    petition = found_by(session, petition_id, by=by)
    if not (by.channels or petition.seen):
        raise NotFound()
    if by.channels and said["channel"] not in by.channels:
        raise Forbidden(
            both("该账号不能以此渠道登记。", "This client may not post for that channel.")
        )
    _check_time(said["received_at"], now=now)
    check_channel(session, said["channel"], publicly=False, historical=False)
    supplement_id = str(uuid.uuid4())
    reference = said["external_ref"] or {}
    email = said["email"]
    place = f"{supplement_id}/email"
    file_supplement(
        session,
        {
            "supplement_id": supplement_id,
            "petition_id": petition_id,
            "channel": said["channel"],
            "content": said["content"],
            "email": resources.ring.encrypt(email, place=place) if email else None,
            "received_at": said["received_at"] or now,
            "registered_at": now,
            "registered_by": by.sub,
            "external_system": reference.get("system"),
            "external_id": reference.get("id"),
        },
    )
    return {"petition_id": petition_id, "supplement_id": supplement_id}


def _check_time(received_at: dt.datetime | None, *, now: dt.datetime) -> None:
    if received_at and received_at > now + registration.AHEAD_MOST:
        late = both("不能晚于当前时间5分钟以上。", "May not be more than 5 minutes ahead of now.")
        raise Invalid({"received_at": late})


def file_supplement(session: Session, row: Mapping[str, Any]) -> None:
    """Keep a supplement and tell routing that there is one; Conflict for a known reference."""
    _insert(session, {"external_system": None, "external_id": None, **row})
    told = {
        "petition_id": row["petition_id"],
        "supplement_id": row["supplement_id"],
        "received_on": office_day(row["received_at"]),
        "supplemented_at": row["registered_at"],
    }
    emit(
        session,
        events[PetitionSupplemented],
        subject=row["petition_id"],
        data=told,
        time=row["registered_at"],
    )


def _insert(session: Session, row: Mapping[str, Any]) -> None:
    table = models.supplements
    reference = ("channel", "external_system", "external_id")
    insert = dialect_insert(session, table).on_conflict_do_nothing(index_elements=reference)
    if session.scalar(insert.returning(table.c.supplement_id), row) is not None:
        return
    known = session.execute(
        sa.select(table.c.petition_id, table.c.supplement_id).where(
            *(table.c[name] == row[name] for name in reference)
        )
    ).one()
    raise Conflict(
        both("该来源编号已登记过。", "This external reference is registered already."),
        code="already_registered",
        errors={"external_ref": both("已登记过。", "Registered already.")},
        petition_id=known.petition_id,
        supplement_id=known.supplement_id,
    )
