"""Registering a petition: checked, its petitioner encrypted, said to the others."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain import registration
from intake.events import PetitionRegistered, PetitionText, events
from intake.resources import Resources
from intake.use_cases.channels import check_channel
from intake.use_cases.comparing import wait_for_comparing
from intake.use_cases.masking import masked_words
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session, dialect_insert, next_numbers
from shared.errors import Conflict, Forbidden, Invalid, both
from shared.outbox import emit
from shared.pii import MASKS

_INDEXED = ("phone", "id_number")


def register(
    session: Session,
    *,
    petition: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
    publicly: bool = False,
) -> dict[str, Any]:
    """Register a petition, keep its petitioner encrypted, and say so (T22 Arts.19, 22).

    Invalid for a time ahead of now or a channel that is closed, or no public one where the public
    posts; Forbidden for another's channel, Conflict where the channel's reference was registered
    before.
    """
    now = clock.now()
    _may_register(petition, by=by, now=now)
    check_channel(
        session,
        petition["channel"],
        publicly=publicly,
        historical=petition.get("at") is not None,
    )
    registered_at = petition.get("at") or now
    petition_id = str(uuid.uuid4())
    code = registration.new_query_code()
    row = _petition_row(petition, petition_id=petition_id, at=registered_at, by=by)
    row["petition_no"] = registration.petition_no(
        next_numbers(session, "petition_seq")[0], registered_at
    )
    row["query_code_digest"] = registration.query_code_digest(
        code, petition_id=petition_id, secret=resources.query_code_secret
    )
    _insert_petition(session, row)
    person = petition.get("petitioner") or {}
    if any(person.values()):
        session.execute(sa.insert(models.petitioners), _sealed(person, petition_id, resources))
    wait_for_comparing(session, petition_id)
    _announce(session, row, person)
    return {
        "petition_id": petition_id,
        "petition_no": row["petition_no"],
        "query_code": f"{code[:5]}-{code[5:]}",
    }


def _may_register(petition: Mapping[str, Any], *, by: Principal, now: dt.datetime) -> None:
    if by.channels and petition["channel"] not in by.channels:
        raise Forbidden(
            both("该账号不能以此渠道登记。", "This client may not post for that channel.")
        )
    if petition.get("at") and not by.has("importer"):
        importer = both(
            "只有历史数据导入才能指定登记时间。", "Only an import of history may set it."
        )
        raise Invalid({"at": importer})
    late = both("不能晚于当前时间5分钟以上。", "May not be more than 5 minutes ahead of now.")
    wrong = {
        name: late
        for name in ("received_at", "at")
        if petition.get(name) and petition[name] > now + registration.AHEAD_MOST
    }
    at, received_at = petition.get("at"), petition.get("received_at")
    if not wrong and at and received_at and received_at > at:
        wrong["received_at"] = both("不能晚于登记时间。", "May not be after registration.")
    if wrong:
        raise Invalid(wrong)


def _petition_row(
    petition: Mapping[str, Any], *, petition_id: str, at: dt.datetime, by: Principal
) -> dict[str, Any]:
    ref = petition.get("external_ref") or {}
    return {
        "petition_id": petition_id,
        "channel": petition["channel"],
        "title": petition["title"],
        "content": petition["content"],
        "place": petition["place"],
        "purpose": petition["purpose"],
        "secrecy": petition["secrecy"],
        "addressee": petition["addressee"],
        "secret": registration.is_secret(purpose=petition["purpose"], secrecy=petition["secrecy"]),
        "received_at": petition.get("received_at") or at,
        "registered_at": at,
        "registered_by": by.sub,
        "historical": petition.get("at") is not None,
        "external_system": ref.get("system"),
        "external_id": ref.get("id"),
    }


def _insert_petition(session: Session, row: dict[str, Any]) -> None:
    table = models.petitions
    reference = ("channel", "external_system", "external_id")
    insert = dialect_insert(session, table).on_conflict_do_nothing(index_elements=reference)
    if session.scalar(insert.returning(table.c.petition_id), row) is not None:
        return
    known = session.execute(
        sa.select(table.c.petition_id, table.c.petition_no).where(
            *(table.c[name] == row[name] for name in reference)
        )
    ).one()
    raise Conflict(
        both("该来源编号已登记过。", "This external reference is registered already."),
        code="already_registered",
        errors={"external_ref": both("已登记过。", "Registered already.")},
        petition_id=known.petition_id,
        petition_no=known.petition_no,
    )


def _sealed(person: Mapping[str, Any], petition_id: str, resources: Resources) -> dict[str, Any]:
    ring = resources.ring
    row: dict[str, Any] = {"petition_id": petition_id}
    for name in MASKS:
        value = person.get(name)
        row[name] = ring.encrypt(value, place=f"{petition_id}/{name}") if value else None
    for name in _INDEXED:
        value = person.get(name)
        row[f"{name}_index"] = ring.blind_index(value, kind=name) if value else None
    return row


def _announce(session: Session, row: Mapping[str, Any], person: Mapping[str, Any]) -> None:
    emit(
        session,
        events[PetitionRegistered],
        subject=row["petition_id"],
        data=dict(row) | {"addressee": None if row["secret"] else row["addressee"]},
        time=row["registered_at"],
        historical=row["historical"],
    )
    if row["secret"]:
        return
    masked = masked_words(row, name=person.get("name"))
    emit(
        session,
        events[PetitionText],
        subject=row["petition_id"],
        data={"petition_id": row["petition_id"], **masked},
        time=row["registered_at"],
        historical=row["historical"],
    )
