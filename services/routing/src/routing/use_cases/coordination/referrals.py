"""Referrals of needs outside the procedure 信访外诉求 to social organisations 社会组织.

A partner sees a referral while the petitioner consents to it, and of it only the title and the
need that staff have written: neither the case nor the petitioner (TPI Arts.14, 15, 23).
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain.coordination import SHOWN_TO_PARTNER, SOCIAL, STEPS
from routing.models import coordination as tables
from routing.resources import Resources
from routing.use_cases.coordination import cases, things
from routing.use_cases.coordination.things import Row
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session
from shared.errors import Conflict, Invalid, both
from shared.web.paging import page

_STAFF_ONLY = ("case_id", "note", "begun_by", "consent_by", "consent_at", "consent_how")


def propose_referral(
    session: Session,
    *,
    case_id: str,
    body: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> Row:
    """Propose to refer a need of a case; nobody outside knows of it before consent."""
    step, now = STEPS["referral", "propose"], clock.now()
    case = cases.lock_case(session, case_id, by=by)
    if case["secret"]:
        raise Conflict(
            both("涉密件不得转介。", "A secret case may not be referred."),
            code="secret_case",
            basis="T22 Art.30(3)",
        )
    _check_partner(session, body["partner"])
    cases.check_parties(session, case_ids=[case_id], units=[body["partner"]], by=by)
    row = things.begin(session, step, by=by, now=now, case_id=case_id, **body)
    _tell(session, "propose", row, now=now, resources=resources)
    return _present(session, row, by=by)


def move_referral(
    session: Session,
    *,
    name: str,
    referral_id: str,
    if_match: int,
    body: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> Row:
    """Take a step of a referral, by its staff or by its partner."""
    step, now = STEPS["referral", name], clock.now()
    row = things.find(session, "referral", referral_id, may_see=_may_see(by), lock=True)
    things.check(step, row, if_match=if_match, by=by)
    changes: dict[str, Any] = {}
    if name == "consent":
        if body["at"] > now:
            raise Invalid({"at": both("不能晚于现在。", "May not lie ahead.")})
        changes = {"consent_by": by.sub, "consent_at": body["at"], "consent_how": body["how"]}
    elif name == "visit":
        if body["at"] > now:
            raise Invalid({"at": both("不能晚于现在。", "May not lie ahead.")})
        visit = {"referral_id": referral_id, "by": by.sub, **body}
        session.execute(sa.insert(tables.referral_visits).values(visit))
    elif name == "result":
        changes = {"result": body["result"]}
    elif name != "accept":
        changes = {"note": body["note"]}
    row = things.move(session, step, row, by=by, now=now, said=body, **changes)
    _tell(session, name, row, now=now, resources=resources)
    return _present(session, row, by=by)


def referral_for(session: Session, *, referral_id: str, by: Principal) -> Row:
    """One referral with its visits; NotFound to a partner without consent."""
    row = things.find(session, "referral", referral_id, may_see=_may_see(by))
    return _present(session, row, by=by)


def list_referrals(session: Session, *, query: dict[str, Any], by: Principal) -> dict[str, Any]:
    """A page of the referrals a caller may know of, newest first."""
    table = tables.referrals
    statement = sa.select(table).where(_may_see(by))
    if query["case_id"]:
        on = table.c.case_id == query["case_id"]
        statement = statement.where(on, cases.sees_case(table.c.case_id, by=by))
    if query["state"]:
        statement = statement.where(table.c.state == query["state"])

    def show(row: Any) -> Row:
        return _shown(dict(row._mapping), by=by)

    return page(session, statement, by=table.c.seq, query=query, present=show)


def _check_partner(session: Session, code: str) -> None:
    table = models.units
    kind = session.execute(sa.select(table.c.kind).where(table.c.code == code)).scalar()
    if kind != SOCIAL:
        raise Invalid({"partner": both("不是社会组织。", "Not a social organisation.")})


def _is_partner(by: Principal) -> bool:
    return by.has("partner") and not by.sees_all_units


def _may_see(by: Principal) -> sa.ColumnElement[bool]:
    table = tables.referrals
    if _is_partner(by):
        known = models.cases
        open_ones = sa.select(known.c.case_id).where(sa.not_(known.c.secret))
        return sa.and_(
            table.c.partner.in_(cases.own_units(by)),
            table.c.state.in_(SHOWN_TO_PARTNER),
            table.c.case_id.in_(open_ones),
        )
    return cases.sees_case(table.c.case_id, by=by)


def _tell(session: Session, name: str, row: Row, *, now: dt.datetime, resources: Resources) -> None:
    step = STEPS["referral", name]
    cases.tell(session, step, case_ids=[row["case_id"]], at=now, resources=resources)


def _shown(row: Row, *, by: Principal) -> Row:
    shown = things.present("referral", row, by=by)
    return shown | dict.fromkeys(_STAFF_ONLY) if _is_partner(by) else shown


def _present(session: Session, row: Row, *, by: Principal) -> Row:
    table, referral_id = tables.referral_visits, row["referral_id"]
    visits = session.execute(
        sa.select(table.c.at, table.c.how, table.c.summary)
        .where(table.c.referral_id == referral_id)
        .order_by(table.c.seq)
    )
    return _shown(row, by=by) | {
        "visits": [dict(visit._mapping) for visit in visits],
        "journal": [] if _is_partner(by) else things.journal(session, "referral", referral_id),
    }
