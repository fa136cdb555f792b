"""What people want of intake, one function an intention."""

import datetime as dt
import hmac
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from intake import domain, models
from intake.events import PetitionRegistered, PetitionText, events
from intake.resources import Resources
from shared.access import SECRET_ROLES, UNIT_ROLES, sees_every_secret
from shared.auth import PUBLIC_AUDIENCE, Principal
from shared.clock import Clock
from shared.contracts import Event
from shared.db import Session, dialect_insert, insert_missing, next_numbers, upsert_newer
from shared.errors import Conflict, Forbidden, Invalid, NotFound, Refused, both
from shared.outbox import emit
from shared.pii import MASKS, mask_text

_INDEXED = ("phone", "id_number")
_WORDS = ("title", "content", "place")


def register(
    session: Session,
    *,
    petition: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Register a petition, keep its petitioner encrypted, and say so (T22 Arts.19, 22).

    Invalid for a time ahead of now, Forbidden for another's channel, Conflict where the channel's
    reference was registered before.
    """
    now = clock.now()
    _may_register(petition, by=by, now=now)
    registered_at = petition.get("at") or now
    petition_id = str(uuid.uuid4())
    code = domain.new_query_code()
    row = _petition_row(petition, petition_id=petition_id, at=registered_at, by=by)
    row["petition_no"] = domain.petition_no(next_numbers(session, "petition_seq")[0], registered_at)
    row["query_code_digest"] = domain.query_code_digest(
        code, petition_id=petition_id, secret=resources.query_code_secret
    )
    _insert_petition(session, row)
    person = petition.get("petitioner") or {}
    if any(person.values()):
        session.execute(
            sa.insert(models.petitioners).values(_sealed(person, petition_id, resources))
        )
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
        if petition.get(name) and petition[name] > now + domain.AHEAD_MOST
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
        "secret": domain.is_secret(purpose=petition["purpose"], secrecy=petition["secrecy"]),
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
    insert = dialect_insert(session, table).values(row)
    insert = insert.on_conflict_do_nothing(index_elements=reference)
    if session.scalar(insert.returning(table.c.petition_id)) is not None:
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
        data=row,
        time=row["registered_at"],
        historical=row["historical"],
    )
    if row["secret"]:
        return
    masked = _masked_words(row, name=person.get("name"))
    emit(
        session,
        events[PetitionText],
        subject=row["petition_id"],
        data={"petition_id": row["petition_id"], **masked},
        time=row["registered_at"],
        historical=row["historical"],
    )


def _masked_words(row: Mapping[str, Any], *, name: str | None) -> dict[str, str | None]:
    """Title, content and place without numbers, addresses and the petitioner's name."""
    return {word: mask_text(row[word], names=[name]) if row[word] else None for word in _WORDS}


def open_citizen_session(
    session: Session, *, petition_no: str, query_code: str, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """Exchange number and code for a one-hour token; wrong tries are counted and held back.

    A wrong number and a wrong code get the same 404, and both are counted.
    """
    now = clock.now()
    _check_tries(session, petition_no=petition_no, now=now, most=resources.query_code_tries)
    table = models.petitions
    row = session.execute(
        sa.select(table.c.petition_id, table.c.query_code_digest).where(
            table.c.petition_no == petition_no
        )
    ).first()
    petition_id = row.petition_id if row else "unknown"
    digest = domain.query_code_digest(
        query_code, petition_id=petition_id, secret=resources.query_code_secret
    )
    if row is None or not hmac.compare_digest(digest, row.query_code_digest):
        _count_wrong(session, petition_no=petition_no, now=now)
        raise _no_such_petition()
    lasts = domain.SESSION_LASTS
    token = resources.issuer.mint(audience=PUBLIC_AUDIENCE, sub=row.petition_id, lasts=lasts)
    return {"token": token, "expires_in": int(lasts.total_seconds())}


def _check_tries(session: Session, *, petition_no: str, now: dt.datetime, most: int) -> None:
    table = models.wrong_codes
    tries = session.scalar(
        sa.select(table.c.tries).where(
            table.c.petition_no == petition_no[:20],
            table.c.since > now - domain.WRONG_CODE_WINDOW,
        )
    )
    if (tries or 0) >= most:
        raise Refused(
            both(
                "查询码错误次数过多，请一小时后再试。",
                "Too many wrong codes; try again in an hour.",
            ),
            status=429,
            code="too_many_wrong_codes",
            headers={"Retry-After": "3600"},
        )


def _count_wrong(session: Session, *, petition_no: str, now: dt.datetime) -> None:
    table, no = models.wrong_codes, petition_no[:20]
    session.execute(sa.delete(table).where(table.c.since <= now - domain.WRONG_CODE_WINDOW))
    fresh = {"petition_no": no, "tries": 0, "since": now}
    insert_missing(session, table, [fresh], key=["petition_no"])
    counted = sa.update(table).where(table.c.petition_no == no).values(tries=table.c.tries + 1)
    session.execute(counted)


def _no_such_petition() -> Refused:
    return Refused(
        both("编号或查询码不正确。", "The number or the code is wrong."),
        status=404,
        code="not_found",
        keep_work=True,
    )


def progress_of(session: Session, *, petition_no: str, petition_id: str) -> dict[str, Any]:
    """The stages of a petition in plain words, oldest first; only for its own token."""
    table = models.petitions
    row = session.execute(sa.select(table).where(table.c.petition_id == petition_id)).first()
    if row is None or row.petition_no != petition_no:
        raise NotFound()
    stages = [
        {
            "stage": "registered",
            "at": row.registered_at,
            "text": domain.stage_text(
                "registered", {"petition_no": petition_no, "secret": row.secret}
            ),
        }
    ]
    steps = models.progress
    told = session.execute(
        sa.select(steps)
        .where(steps.c.petition_id == petition_id)
        .order_by(steps.c.at, steps.c.case_id, steps.c.subject_version)
    ).all()
    replies = {step.case_id: step.facts.get("reply") for step in told if step.stage == "replied"}
    for step in told:
        facts = step.facts | {"reply": replies.get(step.case_id), "secret": row.secret}
        stages.append(
            {"stage": step.stage, "at": step.at, "text": domain.stage_text(step.stage, facts)}
        )
    return {"petition_no": petition_no, "stages": stages}


def keep_progress(session: Session, case_events: Sequence[Event]) -> None:
    """Keep what happened to each petition's case, once an event, whatever the order."""
    steps: list[dict[str, Any]] = []
    access: dict[tuple[str, str], dict[str, Any]] = {}
    for event in case_events:
        header = event.data["header"]
        stage = event.type.split(".")[1]
        lead = header["lead_unit"]
        units = [lead, *header["co_units"]] if lead else []
        for petition_id in header["petition_ids"]:
            key = (petition_id, header["case_id"])
            if key not in access or access[key]["version"] < event.subject_version:
                access[key] = {
                    "petition_id": petition_id,
                    "case_id": header["case_id"],
                    "version": event.subject_version,
                    "units": units,
                }
            if stage in domain.STAGE_TEXTS:
                steps.append(_step(event, header, petition_id=petition_id, stage=stage))
    insert_missing(session, models.progress, steps, key=["petition_id", "event_id"])
    upsert_newer(session, models.case_access, list(access.values()), key=["petition_id", "case_id"])


def _step(
    event: Event, header: Mapping[str, Any], *, petition_id: str, stage: str
) -> dict[str, Any]:
    answer_by = [c["due_day"] for c in header["clocks"] if c["id"] == "D5"]
    return {
        "petition_id": petition_id,
        "event_id": event.id,
        "case_id": header["case_id"],
        "subject_version": event.subject_version,
        "stage": stage,
        "at": event.time,
        "facts": {
            "unit": header["lead_unit_name"],
            "due_day": answer_by[0] if answer_by else None,
            "reply": event.data["reply"],
        },
    }


def look_at(
    session: Session,
    *,
    petition_id: str,
    by: Principal,
    clock: Clock,
    resources: Resources,
    purpose: str | None = None,
) -> dict[str, Any]:
    """A petition for a member of staff; identity and words are masked unless a purpose is stated.

    Every look is written down, refused ones too. NotFound where it is not theirs to know.
    """
    table = models.petitions
    row = session.execute(sa.select(table).where(table.c.petition_id == petition_id)).first()
    if row is None:
        raise NotFound()
    refused = not _may_see(session, row, by=by)
    session.execute(
        sa.insert(models.looks).values(
            look_id=str(uuid.uuid4()),
            petition_id=petition_id,
            who=by.sub,
            unmasked=purpose is not None and not refused,
            purpose=purpose,
            refused=refused,
            at=clock.now(),
        )
    )
    if refused:
        refusal = NotFound()
        refusal.keep_work = True
        raise refusal
    masked = purpose is None
    person = _person(session, petition_id, resources)
    found = dict(row._mapping) | {"masked": masked, "petitioner": person}
    if masked:
        found |= _masked_words(found, name=(person or {}).get("name"))
        found["petitioner"] = person and _masked_person(person)
    return found


def _may_see(session: Session, row: sa.Row[Any], *, by: Principal) -> bool:
    """The rule of `shared.access`, on the units kept of each case, the leading one first."""
    if by.sees_all_units:
        return not row.secret or sees_every_secret(by)
    if row.secret and not by.has(*UNIT_ROLES, *SECRET_ROLES):
        return False
    access = models.case_access
    units = session.scalars(
        sa.select(access.c.units).where(access.c.petition_id == row.petition_id)
    ).all()
    open_to = [found[:1] if row.secret else found for found in units]
    return any(by.unit_scope & set(found) for found in open_to)


def _person(
    session: Session, petition_id: str, resources: Resources
) -> dict[str, str | None] | None:
    table = models.petitioners
    row = session.execute(sa.select(table).where(table.c.petition_id == petition_id)).first()
    if row is None:
        return None
    sealed = {name: row._mapping[name] for name in MASKS}
    return {
        name: resources.ring.decrypt(value, place=f"{petition_id}/{name}") if value else None
        for name, value in sealed.items()
    }


def _masked_person(person: Mapping[str, str | None]) -> dict[str, str | None]:
    return {name: MASKS[name](plain) if plain else None for name, plain in person.items()}


def count(session: Session) -> dict[str, int]:
    """How many petitions were registered."""
    found = session.scalar(sa.select(sa.func.count()).select_from(models.petitions))
    return {"petitions": int(found or 0)}
