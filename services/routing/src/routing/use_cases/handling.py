"""Handling a case: one function carries every action of procedure.yaml."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain import clocks, policy
from routing.domain.procedure import Action
from routing.domain.review_window import WAITING, over_at, wait_ends_at
from routing.domain.scene import Actor, Refusal, Scene
from routing.resources import Resources
from routing.use_cases import classification
from routing.use_cases import scene as scenes
from routing.use_cases.change import Change, begin
from routing.use_cases.effects import EFFECTS
from routing.use_cases.journal import UNTOLD, told_to
from routing.use_cases.reading import SHOWN, allowed_now, visible, whole
from routing.use_cases.refusing import write_refusal
from routing.use_cases.request_answers import settle
from routing.use_cases.scene import Concerned
from routing.use_cases.telling import tell, usual_facts
from shared.auth import Principal
from shared.clock import Clock, office_day
from shared.db import Session
from shared.errors import Conflict, Forbidden, Invalid, NotFound, Refused, both

_AHEAD_MOST = dt.timedelta(minutes=5)
SYSTEM = Actor(policy.SYSTEM, frozenset(), None, frozenset(), True)


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
    A refusal by a rule is written down with its basis, and nothing else is.
    """
    step = resources.procedure.actions[action]
    actor = scenes.actor(by)
    if not policy.may_ever(step, actor):
        raise Forbidden()
    row, other = _locked(session, case_id, body, by=by)
    after = act_on(
        session, row, other=other, action=step, if_match=if_match, body=body, by=by, clock=clock,
        resources=resources,
    )  # fmt: skip
    return whole(session, after, by=actor, at=after["last_at"], resources=resources)


def act_on(
    session: Session,
    row: Mapping[str, Any],
    *,
    action: Action,
    if_match: int,
    body: Mapping[str, Any],
    by: Principal,
    clock: Clock,
    resources: Resources,
    other: Mapping[str, Any] | None = None,
    concerned: Concerned | None = None,
) -> dict[str, Any]:
    """Take an action on a case that is locked; its row as it then is. Refuses as `act` does.

    `other` is the other case that the body names, locked as well.
    """
    _check_version(session, row, if_match, by=by, resources=resources)
    classification.refresh(session, resources=resources)
    now = clock.now()
    at = _when(session, row, body.get("at"), by=by, now=now)
    scene = scenes.scene(
        session,
        row=row,
        action=action,
        body=body,
        by=scenes.actor(by),
        at=at,
        resources=resources,
        other=other,
        concerned=concerned,
    )
    refused = policy.refusal(scene)
    if refused is not None:
        raise _refused(session, scene, refused, now=now, resources=resources)
    scene = _ready(session, scene, now, resources)
    historical = body.get("at") is not None
    return carry_out(session, scene, now=now, historical=historical, resources=resources)


def attempt(
    session: Session,
    *,
    row: Mapping[str, Any],
    action: str,
    body: Mapping[str, Any],
    by: Actor,
    at: dt.datetime,
    now: dt.datetime,
    resources: Resources,
) -> tuple[Scene, dict[str, Any], Refusal | None]:
    """Take an action that nobody at a desk takes on a case that is locked, if no rule refuses it.

    The scene, the case's row as it then is, and what stood against it.
    """
    scene = scenes.scene(
        session,
        row=row,
        action=resources.procedure.actions[action],
        body=body,
        by=by,
        at=at,
        resources=resources,
    )
    refused = policy.refusal(scene)
    if refused is not None:
        return scene, dict(row), refused
    scene = _ready(session, scene, now, resources)
    historical = bool(row["historical"])
    after = carry_out(session, scene, now=now, historical=historical, resources=resources)
    return scene, after, None


def carry_out(
    session: Session, scene: Scene, *, now: dt.datetime, historical: bool, resources: Resources
) -> dict[str, Any]:
    """Do what no guard refused: row, clocks, journal and events in the caller's transaction."""
    change = begin(session, scene, resources, historical=historical)
    effect = EFFECTS.get(scene.action.name)
    if effect is not None:
        effect(change)
    row = change.row
    row["state"] = change.state
    row["clocks"] = clocks.apply(
        clocks.expire(row["clocks"], at=scene.at),
        change.happening(),
        procedure=scene.procedure,
        calendar=scene.calendar,
    )
    row["next_due_at"] = clocks.next_due(row["clocks"])
    row["wait_ends_at"] = wait_ends_at(row["state"], row["clocks"])
    if scene.action.name in UNTOLD and not _shows(scene.case, row):
        row["version"] = scene.case["version"]
    _store(session, scene.case, row)
    _write_down(session, change, now=now)
    if not change.silent:
        usual = usual_facts(change)
        tell(session, row, *change.told, *([usual] if usual else []), change=change)
    settle(change)
    return row


def _shows(before: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    """Whether anything that readers see has changed: a version without a step would tell on it."""
    return any(row[name] != before[name] for name in SHOWN if name != "version")


def _ready(session: Session, scene: Scene, now: dt.datetime, resources: Resources) -> Scene:
    """The scene, with what a late application finds done already: the period's end (N7)."""
    if scene.action.name != "late_review":
        return scene
    return dataclasses.replace(scene, case=_lapsed(session, scene, now, resources))


def _lapsed(
    session: Session, scene: Scene, now: dt.datetime, resources: Resources
) -> Mapping[str, Any]:
    """The case, ended when its period for review was over, if that is not yet written down."""
    over = over_at(scene.case["clocks"], scene.at)
    if over is None or scene.case["state"] not in WAITING:
        return scene.case
    at = max(over, scene.case["last_at"])
    lapse = dataclasses.replace(
        scene,
        action=resources.procedure.actions["lapse"],
        body={},
        by=SYSTEM,
        at=at,
        day=office_day(at),
    )
    if policy.refusal(lapse) is not None:
        return scene.case
    historical = bool(scene.case["historical"])
    return carry_out(session, lapse, now=now, historical=historical, resources=resources)


def _locked(
    session: Session, case_id: str, body: Mapping[str, Any], *, by: Principal
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The case, locked, and the other case that the body names; locked in the order of ids."""
    table = models.cases
    named = body.get("into") or body.get("previous_case")
    wanted = sorted({case_id, named} if named else {case_id})
    statement = (
        sa.select(table)
        .where(table.c.case_id.in_(wanted), visible(by))
        .order_by(table.c.case_id)
        .with_for_update()
    )
    found = {row.case_id: dict(row._mapping) for row in session.execute(statement)}
    if case_id not in found:
        raise NotFound()
    return found[case_id], found.get(named) if named else None


def _check_version(
    session: Session,
    row: Mapping[str, Any],
    if_match: int,
    *,
    by: Principal,
    resources: Resources,
) -> None:
    """412 where the case changed since it was read, with what was done meanwhile."""
    if row["version"] == if_match:
        return
    table = models.steps
    last = session.execute(
        sa.select(table.c.action, table.c.by, table.c.at)
        .where(table.c.case_id == row["case_id"], told_to(by))
        .order_by(table.c.seq.desc())
        .limit(1)
    ).first()
    known = resources.procedure.actions
    changed = last and {
        "action": last.action,
        "action_name": known[last.action].title if last.action in known else last.action,
        "by": last.by,
        "at": last.at.isoformat(),
    }
    raise Refused(
        both("此件已被他人更改，请刷新后重试。", "The case changed meanwhile; read it again."),
        status=412,
        code="stale",
        version=row["version"],
        state=row["state"],
        changed=changed,
    )


def _refused(
    session: Session, scene: Scene, refusal: Refusal, *, now: dt.datetime, resources: Resources
) -> Refused:
    """The refusal as it is answered; it is written down, and that alone is kept."""
    case = scene.case
    facts = {
        "basis": refusal.basis,
        "state": case["state"],
        "allowed": allowed_now(session, case, by=scene.by, at=scene.at, resources=resources),
        **refusal.facts,
    }
    answer = Refused(
        refusal.message,
        status=Invalid.status if refusal.invalid else Conflict.status,
        code=Invalid.code if refusal.invalid else refusal.code,
        errors=refusal.errors,
        keep_work=True,
        **facts,
    )
    write_refusal(
        session,
        action=scene.action.name,
        refusal=answer,
        account=scene.by.account,
        unit=scene.by.unit,
        at=now,
        case_id=case["case_id"],
    )
    return answer


def _when(
    session: Session,
    row: Mapping[str, Any],
    at: dt.datetime | None,
    *,
    by: Principal,
    now: dt.datetime,
) -> dt.datetime:
    """When the action happens: now, or an import's own time, never before the case's last one.

    That a period lapsed meanwhile keeps nobody from importing what was done within it.
    """
    last: dt.datetime = row["last_at"]
    if at is None:
        return max(now, last)
    if not by.has("importer"):
        raise Invalid({"at": both("只有历史数据导入才能指定时间。", "Only an import may set it.")})
    if at > now + _AHEAD_MOST:
        raise Invalid(
            {"at": both("不能晚于当前时间5分钟以上。", "May not be more than 5 minutes ahead.")}
        )
    if at < last and at < _last_done(session, row):
        raise Invalid(
            {"at": both("不能早于上一步骤的时间。", "May not be before the step before it.")}
        )
    return at


def _last_done(session: Session, row: Mapping[str, Any]) -> dt.datetime:
    """When somebody, not the passing of time, last took an action on the case."""
    table = models.steps
    done = sa.select(sa.func.max(table.c.at)).where(
        table.c.case_id == row["case_id"], table.c.by != policy.SYSTEM
    )
    last: dt.datetime = session.scalar(done) or row["last_at"]
    return last


def _store(session: Session, before: Mapping[str, Any], row: Mapping[str, Any]) -> None:
    """Write the columns that have changed, if any have."""
    table = models.cases
    changed = {c.name: row[c.name] for c in table.c if row[c.name] != before[c.name]}
    if changed:
        session.execute(sa.update(table).where(table.c.case_id == row["case_id"]).values(**changed))


def _write_down(session: Session, change: Change, *, now: dt.datetime) -> None:
    """The step in the case's journal, with everything that was said."""
    scene = change.scene
    said = scene.body if change.said is None else change.said
    step = {
        "action": scene.action.name,
        "at": scene.at,
        "recorded_at": now,
        "by": scene.by.account,
        "unit": scene.by.unit,
    }
    here = {"case_id": scene.case["case_id"], "state_before": scene.case["state"]}
    rows = [] if change.silent else [step | here | {"state": change.state, "body": _kept(said)}]
    for one in change.aside:
        there = {"case_id": one.case_id, "state_before": one.state, "state": one.state}
        rows.append(step | there | {"body": _kept(one.body)})
    session.execute(sa.insert(models.steps), rows)


def _kept(body: Mapping[str, Any]) -> dict[str, Any]:
    return {k: _plain(v) for k, v in body.items() if v is not None and k != "at"}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
