"""Handling a case: one function carries every action of the procedure table."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import marshmallow as ma
import sqlalchemy as sa

from routing import models
from routing.domain import clocks, procedure
from routing.events import (
    CaseAccepted,
    CaseAssigned,
    CaseClassified,
    CaseClosed,
    CaseForwarded,
    CaseReplied,
    CaseServed,
    events,
)
from routing.resources import Resources
from routing.use_cases.header import header
from routing.use_cases.reading import present, visible
from routing.use_cases.units import unit_names
from shared.auth import Principal
from shared.clock import Clock, office_day
from shared.db import Session
from shared.errors import Conflict, Forbidden, Invalid, NotFound, Refused, both
from shared.outbox import emit
from shared.pii import mask_text

_AHEAD_MOST = dt.timedelta(minutes=5)
_DISCIPLINE_ONLY = both(
    "检举控告只能转送有管理权限的纪检监察机关。", "An accusation goes to the discipline body only."
)
_TEXT_PENDING = both(
    "信访件正文正在传来，请稍候几秒再试。",
    "The petition's text is on its way; try again in seconds.",
)


def act(
    session: Session,
    *,
    action: str,
    case_id: str,
    if_match: int,
    body: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Take an action of the procedure on a case; returns the case as it then is.

    NotFound where the case is not theirs to know, 412 where it changed meanwhile, 409 where the
    procedure does not allow it now (`allowed` says what is), Invalid where the body does not fit.
    """
    table = models.cases
    locked = sa.select(table).where(table.c.case_id == case_id, visible(by)).with_for_update()
    found = session.execute(locked).first()
    if found is None:
        raise NotFound()
    row = dict(found._mapping)
    step = procedure.ACTIONS[action]
    if not by.has(*step.roles):
        raise Forbidden()
    _check_version(row, if_match)
    _check_state(row, step, by=by)
    at = _when(row, body.get("at"), by=by, now=clock.now())
    row |= {"state": step.to, step.stamp: at, "last_at": at, "version": row["version"] + 1}
    told = CHANGES[action](session, row, body, resources)
    row["clocks"] = clocks.apply(
        row["clocks"],
        action=action,
        at=at,
        purpose=row["purpose"],
        roll=resources.roll_rest_days,
        letter_date=row["report_due"],
    )
    row["next_due_at"] = clocks.next_due(row["clocks"])
    session.execute(sa.update(table).where(table.c.case_id == case_id).values(_stored(row)))
    _tell(session, row, told, at=at, historical=body.get("at") is not None, resources=resources)
    return present(row, by=by, names=unit_names(session), resources=resources)


Told = list[tuple[type[ma.Schema], dict[str, Any]]]
Change = Callable[[Session, dict[str, Any], Mapping[str, Any], Resources], Told]


def _forward(
    session: Session, row: dict[str, Any], body: Mapping[str, Any], resources: Resources
) -> Told:
    return _dispatch(session, row, body, resources, CaseForwarded)


def _assign(
    session: Session, row: dict[str, Any], body: Mapping[str, Any], resources: Resources
) -> Told:
    if body["report_due"] < office_day(row["last_at"]):
        early = both("不能早于交办日期。", "May not be before the day of assignment.")
        raise Invalid({"report_due": early})
    row["report_due"] = body["report_due"]
    return _dispatch(session, row, body, resources, CaseAssigned)


def _dispatch(
    session: Session,
    row: dict[str, Any],
    body: Mapping[str, Any],
    resources: Resources,
    event: type[ma.Schema],
) -> Told:
    unit = session.execute(
        sa.select(models.units).where(models.units.c.code == body["unit"])
    ).first()
    if unit is None:
        raise Invalid({"unit": both("没有这个单位。", "There is no such unit.")})
    if row["purpose"] == "accusation" and not unit.secret_lane:
        raise Conflict(_DISCIPLINE_ONLY, code="discipline_only", basis="T22 Arts.22(2), 30")
    if row["title"] is None and not row["secret"]:
        raise Conflict(_TEXT_PENDING, code="text_pending", allowed=[])
    category = body.get("category") or (row["suggestion"] or {}).get("category")
    if category is None:
        raise Invalid(
            {"category": both("没有建议类别，必须指定。", "Required: none is suggested.")}
        )
    if category not in resources.rules.categories:
        raise Invalid({"category": both("没有这个类别。", "There is no such category.")})
    row |= {"category": category, "lead_unit": unit.code, "classified_at": row["last_at"]}
    secret = row["secret"]
    words = {"title": None if secret else row["title"], "text": None if secret else row["content"]}
    return [(CaseClassified, words), (event, {})]


def _accept(
    session: Session, row: dict[str, Any], body: Mapping[str, Any], resources: Resources
) -> Told:
    return [(CaseAccepted, {})]


def _reply(
    session: Session, row: dict[str, Any], body: Mapping[str, Any], resources: Resources
) -> Told:
    row["reply"] = body["text"]
    return [(CaseReplied, {"reply": None if row["secret"] else mask_text(body["text"])})]


def _serve(
    session: Session, row: dict[str, Any], body: Mapping[str, Any], resources: Resources
) -> Told:
    row["service_method"] = body["method"]
    return [(CaseServed, {"method": body["method"]})]


def _close(
    session: Session, row: dict[str, Any], body: Mapping[str, Any], resources: Resources
) -> Told:
    _, states = procedure.CLOSE_REASONS[body["reason"]]
    if row["state_before"] not in states:
        raise Conflict(
            both("当前阶段不能以此理由结案。", "That reason does not hold in this state."),
            code="reason_not_allowed_now",
            errors={"reason": both("当前阶段不适用。", "Does not hold in this state.")},
            allowed=[
                r for r, (_, s) in procedure.CLOSE_REASONS.items() if row["state_before"] in s
            ],
        )
    row["close_reason"] = body["reason"]
    return [(CaseClosed, {})]


CHANGES: dict[str, Change] = {
    "forward": _forward,
    "assign": _assign,
    "accept": _accept,
    "reply": _reply,
    "serve": _serve,
    "close": _close,
}
"""What each action writes on the case, and the events that tell of it."""


def _check_version(row: Mapping[str, Any], if_match: int) -> None:
    if row["version"] != if_match:
        raise Refused(
            both("此件已被他人更改，请刷新后重试。", "The case changed meanwhile; read it again."),
            status=412,
            code="stale",
            version=row["version"],
            state=row["state"],
        )


def _check_state(row: dict[str, Any], step: procedure.Action, *, by: Principal) -> None:
    state = row["state"]
    row["state_before"] = state
    if state not in step.from_:
        name = procedure.STATES[state]
        raise Conflict(
            both(
                f"当前为“{name}”，不能{step.title}。", f"A case that is {state} cannot {step.name}."
            ),
            basis=step.basis,
            state=state,
            allowed=procedure.allowed(state, by.roles),
        )


def _when(
    row: Mapping[str, Any], at: dt.datetime | None, *, by: Principal, now: dt.datetime
) -> dt.datetime:
    """When the action happens: now, or an import's own time, never before the case's last one."""
    if at is None:
        return max(now, row["last_at"])
    if not by.has("importer"):
        raise Invalid({"at": both("只有历史数据导入才能指定时间。", "Only an import may set it.")})
    if at > now + _AHEAD_MOST:
        raise Invalid(
            {"at": both("不能晚于当前时间5分钟以上。", "May not be more than 5 minutes ahead.")}
        )
    if at < row["last_at"]:
        raise Invalid(
            {"at": both("不能早于上一步骤的时间。", "May not be before the step before it.")}
        )
    return at


def _stored(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name in models.cases.c}


def _tell(
    session: Session,
    row: Mapping[str, Any],
    told: Told,
    *,
    at: dt.datetime,
    historical: bool,
    resources: Resources,
) -> None:
    whole = header(row, names=unit_names(session), resources=resources)
    for event, facts in told:
        emit(
            session,
            events[event],
            subject=row["case_id"],
            data={"header": whole, **facts},
            time=at,
            historical=historical,
        )
