"""The log of contacts with the petitioner 联系记录: when, how, by whom, and what was said."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain.coordination import STEPS
from routing.models import coordination as tables
from routing.resources import Resources
from routing.use_cases.coordination import cases
from routing.use_cases.coordination.things import Row
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session
from shared.errors import Forbidden, Invalid, both
from shared.web.paging import page

_AHEAD_MOST = dt.timedelta(minutes=5)


def log_contact(
    session: Session,
    *,
    case_id: str,
    body: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> Row:
    """Write down a contact, or a try that reached nobody; it is never changed afterwards."""
    now, step = clock.now(), STEPS["contact", "log"]
    if not by.has(*step.roles):
        raise Forbidden()
    case = cases.lock_case(session, case_id, by=by)
    if body["at"] > now + _AHEAD_MOST:
        raise Invalid({"at": both("不能晚于现在。", "May not lie ahead.")})
    if body["petition_id"] is not None:
        check_petition(session, case, body["petition_id"])
    row = {
        "contact_id": str(uuid.uuid4()),
        "case_id": case_id,
        "by": by.sub,
        "unit": by.unit,
        "recorded_at": now,
    } | {name: body[name] for name in ("petition_id", "at", "how", "reached", "summary")}
    session.execute(sa.insert(tables.contacts).values(row))
    cases.tell(session, step, case_ids=[case_id], at=now, unit=by.unit, resources=resources)
    return row


def list_contacts(
    session: Session, *, case_id: str, query: dict[str, Any], by: Principal
) -> dict[str, Any]:
    """A page of the contacts of one case, newest first; NotFound where it is not theirs to see."""
    cases.check_seen(session, case_id, by=by)
    table = tables.contacts
    statement = sa.select(table).where(table.c.case_id == case_id)
    return page(
        session, statement, by=table.c.seq, query=query, present=lambda row: dict(row._mapping)
    )


def check_petition(session: Session, case: Mapping[str, Any], petition_id: str) -> None:
    """Invalid where a petition is not one of the case's."""
    links = models.case_petitions
    wanted = sa.select(links.c.case_id).where(
        links.c.petition_id == petition_id, links.c.case_id == case["case_id"]
    )
    if petition_id not in case["petition_ids"] and session.execute(wanted).first() is None:
        raise Invalid(
            {"petition_id": both("不是此件的信访件。", "Not one of the case's petitions.")}
        )
