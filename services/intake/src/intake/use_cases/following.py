"""Following a petition with number and code: a session, and the stages in plain words."""

import datetime as dt
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from intake import domain, models
from intake.resources import Resources
from shared.auth import PUBLIC_AUDIENCE
from shared.clock import Clock
from shared.contracts import Event
from shared.db import Session, insert_missing, upsert_newer
from shared.errors import NotFound, Refused, both


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
